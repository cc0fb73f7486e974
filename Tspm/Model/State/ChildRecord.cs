using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>What a <see cref="RunRecord"/> says of one child, from the intent to start it.</summary>
internal sealed record ChildRecord
{
    /// <summary>Names the run, and with it the FIFOs.</summary>
    public required ulong RunId { get; init; }

    /// <summary>The guardian under which it was started: only that one can tell how an orphan ended.</summary>
    public int GuardianPid { get; init; }

    /// <summary>
    /// 0: intended, not known to be started yet; with an <see cref="Exit"/>: nobody can know which process it was.
    /// </summary>
    public int Pid { get; init; }

    /// <summary>With the pid it names a process for ever (man 5 proc, starttime).</summary>
    public long StartTicks { get; init; }

    /// <summary>
    /// When the spawn was intended, on the clock of <see cref="StartTicks"/>: the child, if it came to be, started then
    /// or later. 0: it is not known to be only intended.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long IntendedTicks { get; init; }

    /// <summary>Monotonic clock of this boot, in milliseconds: comparable between daemons.</summary>
    public long StartedMonotonicMs { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The mark of the run (<see cref="Platform.RunMark"/>). 0: an older version started it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Mark { get; init; }

    /// <summary>
    /// How it ended, on record before it is reaped or the guardian's record of it is acknowledged. Null: it is not
    /// known to have ended.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChildExit? Exit { get; init; }

    /// <summary>The child was online once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasOnline { get; init; }

    /// <summary>What this run was started with; the definition may have another one for the next run.</summary>
    public Probe? Ready { get; init; }

    public Probe? Health { get; init; }

    public int? StartTimeoutMs { get; init; }

    /// <summary>
    /// The config that the child was started with, where the definition has another one since; null: the definition's.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProcessConfig? StartedWith { get; init; }

    /// <summary>Addresses of the sockets that were passed to it; null: none.</summary>
    public IReadOnlyList<string>? Listen { get; init; }

    /// <summary>Where the run's output begins in its log files.</summary>
    public long OutStart { get; init; }

    public long ErrStart { get; init; }

    /// <summary>Monotonic time until which the child asked for patience (EXTEND_TIMEOUT_USEC); 0: it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ExtendedMonotonicMs { get; init; }

    public string? StatusText { get; init; }

    /// <summary>How far its ending has come; null: nobody has asked it to end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndingRecord? Ending { get; init; }

    /// <summary>
    /// Sockets that listened on the port of the readiness probe before the child was started; null: not known, or the
    /// probe connects to none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ulong>? OtherListeners { get; init; }

    /// <summary>What people should know about the answer by which it became ready; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReadyNote { get; init; }

    /// <summary>What it was started with; null: not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? Facts { get; init; }

    /// <summary>This process, or one that has got its pid since.</summary>
    public bool IsProcess(int pid, long startTicks) => Pid == pid && StartTicks == startTicks;
}

/// <summary>How a child ended, and why.</summary>
/// <param name="Status">How; <see cref="ExitStatus.Unknown"/> when nobody could learn it.</param>
/// <param name="Cause">Why.</param>
internal sealed record ChildExit(ExitStatus Status, Cause Cause);
