using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>One child of an instance, from the intent to start it until it is reaped.</summary>
internal sealed class Run(RunStreams streams)
{
    public RunStreams Streams { get; } = streams;

    public ulong Id => Streams.RunId;

    /// <summary>Null: intended, not started yet.</summary>
    public IChild? Child { get; set; }

    /// <summary>Its preStart runs: no child of it can be there, whoever else was started in that time.</summary>
    public bool IsPreparing { get; set; }

    /// <summary>The child was seen to have ended; how is still to be learnt. A pid that nobody has is not shown.</summary>
    public bool HasEnded { get; set; }

    /// <summary>How it ended is known.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Until then the guardian may tell how it ended.</summary>
    public IDisposable? ExitTimer { get; set; }

    /// <summary>Not null: it is being ended, or what it left behind is.</summary>
    public ChildEnding? Ending { get; set; }

    /// <summary>The mark that its child and all descendants carry (<see cref="Platform.RunMark"/>).</summary>
    public ulong Mark { get; set; }

    /// <summary>Monotonic start.</summary>
    public TimeSpan BeganAt { get; set; }

    /// <summary>Wall clock; only for people.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>The child is a shell: the stop signal goes to its group, so that it reaches the programs.</summary>
    public bool UsesShell { get; init; }

    /// <summary>As the config said when it was started.</summary>
    public Probe? Ready { get; init; }

    public Probe? Health { get; set; }

    public int? StartTimeoutMs { get; init; }

    /// <summary>The whole config that its child was started with; null: there is no child yet.</summary>
    public ProcessConfig? StartedWith { get; set; }

    /// <summary>Addresses on which it listens by sockets that were passed to it.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>The child speaks by itself (man 3 sd_notify).</summary>
    public bool UsesNotify => Ready is { Notify: not null } || Health is { Notify: not null };

    /// <summary>Where it is heard; null: nowhere.</summary>
    public IDisposable? Notify { get; set; }

    /// <summary>Signals the child; below a shell, its process group. False: there is no child.</summary>
    public bool Signal(int signal) =>
        Child is { } child && (UsesShell ? child.SignalGroup(signal) : child.Signal(signal));

    readonly long _outFloor, _errFloor;

    /// <summary>What it prints comes behind, in the log files: their sizes when it was intended, until it is known exactly.</summary>
    public long OutStart
    {
        get => Streams.Begins.Out is >= 0 and var known ? known : _outFloor;
        init => _outFloor = value;
    }

    public long ErrStart
    {
        get => Streams.Begins.Err is >= 0 and var known ? known : _errFloor;
        init => _errFloor = value;
    }

    /// <summary>What it was started with; null: not read, or not yet.</summary>
    public RunFacts? Facts { get; set; }

    /// <summary>The child was online once.</summary>
    public bool WasOnline { get; set; }

    /// <summary>Null: it is not over.</summary>
    public bool? StayedUp { get; set; }

    /// <summary>What the last question about health was answered with; null: none yet.</summary>
    public bool? IsHealthy { get; set; }

    /// <summary>For a readiness probe that connects to a port: whose answers count. Null: it does not.</summary>
    public Probes.ListenerCheck? Listeners { get; set; }

    /// <summary>Why the last answer was not good.</summary>
    public string? ProbeProblem { get; set; }

    /// <summary>What the child said of itself.</summary>
    public string? StatusText { get; set; }

    /// <summary>Monotonic time of the last WATCHDOG=1.</summary>
    public TimeSpan LastSignOfLife { get; set; }

    /// <summary>Monotonic time until which it asked for patience.</summary>
    public TimeSpan ExtendedUntil { get; set; }

    /// <summary>It said that it goes down by itself.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Somebody else's message was reported: once is enough.</summary>
    public bool HeardStranger { get; set; }

    /// <summary>Guardian under which it was started: that one reaps it when its daemon dies.</summary>
    public int GuardianPid { get; init; }
}
