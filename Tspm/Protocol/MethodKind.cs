namespace Tspm.Protocol;

/// <summary>The effect of a method, as far as client and daemon treat methods differently because of it.</summary>
internal enum MethodKind
{
    /// <summary>Changes nothing, so the client may repeat the request if its answer was lost.</summary>
    Reads,

    /// <summary>Reads, and sends notifications before its answer.</summary>
    Streams,

    /// <summary>Changes processes. Recorded as an event, and refused once the daemon is about to end.</summary>
    Changes,

    /// <summary>Ends this daemon, permanently or in favour of another one. Recorded as an event.</summary>
    EndsDaemon,
}
