namespace Tspm.Client.Connection;

/// <summary>Whether and how a request may be sent again.</summary>
internal enum RequestKind
{
    /// <summary>It changes nothing.</summary>
    Reads,

    /// <summary>It changes something, and has a form that is safe to repeat.</summary>
    Repeatable,

    /// <summary>It changes something, and must not be executed twice.</summary>
    Once,

    /// <summary>It reads a stream, which <see cref="ResumingStream"/> resumes at the position reached.</summary>
    Stream,
}
