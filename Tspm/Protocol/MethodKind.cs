namespace Tspm.Protocol;

/// <summary>What a method does, as far as client and daemon treat it differently for that.</summary>
internal enum MethodKind
{
    /// <summary>Changes nothing, so the client may ask again when an answer was lost.</summary>
    Reads,

    /// <summary>Reads, and sends notifications before its answer.</summary>
    Streams,

    /// <summary>Changes processes. Recorded as an event, and not begun once the daemon is about to end.</summary>
    Changes,

    /// <summary>Ends this daemon, for good or in favour of another one. Recorded as an event.</summary>
    EndsDaemon,
}
