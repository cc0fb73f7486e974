namespace Tspm.Client.Connection;

/// <summary>What a request does, as far as it matters for sending it again.</summary>
internal enum RequestKind
{
    /// <summary>It changes nothing.</summary>
    Reads,

    /// <summary>It changes something, and has a form that does no harm when it is done a second time.</summary>
    Repeatable,

    /// <summary>It changes something and must not be done twice.</summary>
    Once,

    /// <summary>It reads a stream, which <see cref="ResumingStream"/> continues at another position.</summary>
    Stream,
}
