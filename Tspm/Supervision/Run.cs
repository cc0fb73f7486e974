using Tspm.Logs;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>One child of an instance, from the intent to start it until it is reaped.</summary>
internal sealed class Run(RunStreams streams)
{
    public RunStreams Streams { get; } = streams;

    public ulong Id => Streams.RunId;

    /// <summary>Null: intended, not started yet.</summary>
    public IChild? Child { get; set; }

    /// <summary>The child was seen to have ended; how is still to be learnt. A pid that nobody has is not shown.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Wall clock; only for people.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>The child is a shell: the stop signal goes to its group, so that it reaches the programs.</summary>
    public bool UsesShell { get; init; }

    /// <summary>Guardian under which it was started: that one reaps it when its daemon dies.</summary>
    public int GuardianPid { get; init; }
}
