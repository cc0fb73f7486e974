using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>The part of a <see cref="RunRecord"/> that describes one child, from the intent to start it.</summary>
internal sealed record ChildRecord
{
    /// <summary>The number of the run, which also names its FIFOs.</summary>
    public required ulong RunId { get; init; }

    /// <summary>
    /// The guardian under which the child was started. Only that guardian can report how an orphan ended.
    /// </summary>
    public int GuardianPid { get; init; }

    /// <summary>
    /// 0 if the start was intended but is not known to have happened; with an <see cref="Exit"/>, 0 means that the pid
    /// can no longer be found out.
    /// </summary>
    public int Pid { get; init; }

    /// <summary>
    /// The start time of the child in clock ticks since boot (man 5 proc, starttime). Together with the pid it
    /// identifies the process for ever.
    /// </summary>
    public long StartTicks { get; init; }

    /// <summary>
    /// When the spawn was intended, on the clock of <see cref="StartTicks"/>: a child that was started has this start
    /// time or a later one. 0 once the pid is known.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long IntendedTicks { get; init; }

    /// <summary>
    /// When the child was started, on the monotonic clock of this boot in milliseconds, which is the same for every
    /// daemon.
    /// </summary>
    public long StartedMonotonicMs { get; init; }

    /// <summary>When the child was started, by the wall clock.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>
    /// The mark of the run (<see cref="Platform.RunMark"/>); 0 if an older version started the child.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Mark { get; init; }

    /// <summary>
    /// How the child ended. This is saved before the child is reaped or the record of the guardian is acknowledged.
    /// Null if the child is not known to have ended.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChildExit? Exit { get; init; }

    /// <summary>Whether the child has been online.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasOnline { get; init; }

    /// <summary>
    /// The readiness probe that this run was started with; the definition may have another one for the next run.
    /// </summary>
    public Probe? Ready { get; init; }

    /// <summary>The health probe that this run was started with.</summary>
    public Probe? Health { get; init; }

    /// <summary>The start timeout that this run was started with.</summary>
    public int? StartTimeoutMs { get; init; }

    /// <summary>The config that the child was started with, if the definition has changed since; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProcessConfig? StartedWith { get; init; }

    /// <summary>Addresses of the sockets that were passed to the child; null if there were none.</summary>
    public IReadOnlyList<string>? Listen { get; init; }

    /// <summary>Offset in the log file at which the output of the run begins.</summary>
    public long OutStart { get; init; }

    /// <summary>The same offset in the log file of standard error.</summary>
    public long ErrStart { get; init; }

    /// <summary>
    /// Monotonic time until which the child asked to extend a timeout (EXTEND_TIMEOUT_USEC); 0 if it did not.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ExtendedMonotonicMs { get; init; }

    /// <summary>The status that the child reported about itself (STATUS= of man 3 sd_notify).</summary>
    public string? StatusText { get; init; }

    /// <summary>How far stopping the child has progressed; null if it is not being stopped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StopProgress? Ending { get; init; }

    /// <summary>
    /// Inodes of the sockets that listened on the port of the readiness probe before the child was started; null if
    /// that is not known or the probe does not connect to a port.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ulong>? OtherListeners { get; init; }

    /// <summary>A remark about the answer that made the child ready; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReadyNote { get; init; }

    /// <summary>
    /// The facts about the files and settings that the child was started with; null if they are not known.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? Facts { get; init; }

    /// <summary>Whether this record belongs to that process, and not to another one that had the same pid.</summary>
    public bool IsProcess(int pid, long startTicks) => Pid == pid && StartTicks == startTicks;
}

/// <summary>How a child ended, and why.</summary>
/// <param name="Status">The exit status; <see cref="ExitStatus.Unknown"/> if nobody could learn it.</param>
/// <param name="Cause">The reason.</param>
internal sealed record ChildExit(ExitStatus Status, Cause Cause);
