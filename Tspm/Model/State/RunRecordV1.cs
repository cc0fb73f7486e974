using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>
/// A run record of format 1, in which the replacement child of a reload is a whole record with many members that mean
/// nothing. Format 1 is still read, and is written until the daemon of a new version is ready; see <see
/// cref="Storage.RunRecordFormat1"/>. The members have the same meaning as in <see cref="ProcessRecord"/> and <see
/// cref="ChildRecord"/>.
/// </summary>
internal sealed record RunRecordV1
{
    public string BootId { get; init; } = "";

    /// <summary>
    /// The guardian of the daemon that wrote the record. Only that guardian can report how an orphan ended.
    /// </summary>
    public int GuardianPid { get; init; }

    /// <summary>The number of the run, which also names its FIFOs; 0 if the process was never started.</summary>
    public ulong RunId { get; init; }

    /// <summary>
    /// The number of the newest run, replacements of reloads included; 0 if the writing version did not record it.
    /// </summary>
    public ulong LastRunId { get; init; }

    /// <summary>Name of the lifecycle phase.</summary>
    public string Phase { get; init; } = "";

    /// <summary>What happens once the child is gone.</summary>
    public string Next { get; init; } = "";

    public DesiredState Desired { get; init; }

    /// <summary>The cause in words, for earlier versions, which know nothing else.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The cause of the last change; null if an older version wrote the record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Cause? Cause { get; init; }

    /// <summary>Why the child ended; used with <see cref="HasEnded"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Cause? EndCause { get; init; }

    /// <summary>0 if the start was intended but is not known to have happened.</summary>
    public int Pid { get; init; }

    public long StartTicks { get; init; }

    /// <summary>
    /// When the spawn was intended, on the clock of <see cref="StartTicks"/>: a child that was started has this start
    /// time or a later one.
    /// </summary>
    public long IntendedTicks { get; init; }

    /// <summary>
    /// When the child was started, on the monotonic clock of this boot in milliseconds, which is the same for every
    /// daemon.
    /// </summary>
    public long StartedMonotonicMs { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Monotonic time of the next start while the process is waiting.</summary>
    public long NextStartMonotonicMs { get; init; }

    public int Restarts { get; init; }

    public int Failures { get; init; }

    /// <summary>
    /// How the child ended, saved before it is reaped or acknowledged; used with <see cref="HasEnded"/>.
    /// </summary>
    public int? ExitCode { get; init; }

    public int? ExitSignal { get; init; }

    public bool HasEnded { get; init; }

    /// <summary>The exits of recent children, newest first.</summary>
    public IReadOnlyList<RecentExit> RecentExits { get; init; } = [];

    /// <summary>
    /// The definition. A child keeps running under supervision even if its definition was lost because an older
    /// generation of the store had to be used.
    /// </summary>
    public SavedProcess? Definition { get; init; }

    /// <summary>The environment of the definition until the store has saved it; then null.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>
    /// The readiness probe that this run was started with; the definition may have another one for the next run.
    /// </summary>
    public Probe? Ready { get; init; }

    public Probe? Health { get; init; }

    public int? StartTimeoutMs { get; init; }

    /// <summary>The config that the child was started with, if the definition has changed since; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProcessConfig? StartedWith { get; init; }

    /// <summary>Addresses of the sockets that were passed to the child; null if there were none.</summary>
    public IReadOnlyList<string>? Listen { get; init; }

    /// <summary>Offset in the log file at which the output of the run begins.</summary>
    public long OutStart { get; init; }

    public long ErrStart { get; init; }

    /// <summary>
    /// Monotonic time until which the child asked to extend a timeout (EXTEND_TIMEOUT_USEC); 0 if it did not.
    /// </summary>
    public long ExtendedMonotonicMs { get; init; }

    public string? StatusText { get; init; }

    /// <summary>How far stopping the run has progressed; null if it is not being stopped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StopProgress? Ending { get; init; }

    /// <summary>Monotonic time at which the child ended, while its leftover processes are being stopped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long EndedMonotonicMs { get; init; }

    /// <summary>Whether the child left processes behind that are still running.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasLeftovers { get; init; }

    /// <summary>
    /// The mark of the run (<see cref="Platform.RunMark"/>), saved before the spawn; 0 if an older version wrote the
    /// record.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Mark { get; init; }

    /// <summary>
    /// Inodes of the sockets that listened on the port of the readiness probe before the child was started; null if
    /// that is not known or the probe does not connect to a port.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ulong>? OtherListeners { get; init; }

    /// <summary>A remark about the answer that made the child ready; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReadyNote { get; init; }

    /// <summary>Whether a job runs once more after its current run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRunQueued { get; init; }

    /// <summary>
    /// The facts about what the run was started with; without a run, those of the last run if it did not stay up. Null
    /// if they are not known or are in <see cref="GoodFacts"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? Facts { get; init; }

    /// <summary>The facts about the last ended run that had stayed up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? GoodFacts { get; init; }

    /// <summary>Whether the child has been online.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasOnline { get; init; }

    /// <summary>The replacement child of a reload: its RunId, Pid, Phase and so on. Null if there is none.</summary>
    public RunRecordV1? Second { get; init; }

    [JsonIgnore]
    public ExitStatus ExitStatus => new(ExitCode, ExitSignal);
}
