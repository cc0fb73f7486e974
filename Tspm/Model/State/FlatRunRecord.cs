using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>
/// A run record of format 1, in which the second child of a reload is a whole record of which half has no meaning.
/// Read, and written until a new version's daemon is ready: see <see cref="Storage.RunRecordFormat1"/>.
/// </summary>
internal sealed record FlatRunRecord
{
    public string BootId { get; init; } = "";

    /// <summary>The guardian that was parent of the daemon: only that one can tell how an orphan ended.</summary>
    public int GuardianPid { get; init; }

    /// <summary>Names the run, and with it the FIFOs. 0: never started.</summary>
    public ulong RunId { get; init; }

    /// <summary>
    /// The newest run there ever was, the second ones of reloads included; 0: written by a version that did not say.
    /// </summary>
    public ulong LastRunId { get; init; }

    /// <summary>Name of the lifecycle phase.</summary>
    public string Phase { get; init; } = "";

    /// <summary>What follows when the child is gone.</summary>
    public string Next { get; init; } = "";

    public DesiredState Desired { get; init; }

    /// <summary>The cause in words, for earlier versions, which know nothing else.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Of the last change; null: an older version wrote this.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Cause? Cause { get; init; }

    /// <summary>Why the child ended, with <see cref="HasEnded"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Cause? EndCause { get; init; }

    /// <summary>0: intended, not known to be started yet.</summary>
    public int Pid { get; init; }

    public long StartTicks { get; init; }

    /// <summary>
    /// When the spawn was intended, on the clock of <see cref="StartTicks"/>: the child, if it came to be, started then
    /// or later.
    /// </summary>
    public long IntendedTicks { get; init; }

    /// <summary>Monotonic clock of this boot, in milliseconds: comparable between daemons.</summary>
    public long StartedMonotonicMs { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Monotonic time of the next try, when waiting.</summary>
    public long NextStartMonotonicMs { get; init; }

    public int Restarts { get; init; }

    public int Failures { get; init; }

    /// <summary>How the child ended, saved before it is reaped or acknowledged, with <see cref="HasEnded"/>.</summary>
    public int? ExitCode { get; init; }

    public int? ExitSignal { get; init; }

    public bool HasEnded { get; init; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RecentExit> RecentExits { get; init; } = [];

    /// <summary>
    /// The definition, so that a child whose definition was lost (an older generation had to be used) is not.
    /// </summary>
    public SavedProcess? Definition { get; init; }

    /// <summary>The environment of the definition, until it is saved with it; then null.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

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
    public long ExtendedMonotonicMs { get; init; }

    public string? StatusText { get; init; }

    /// <summary>How far the run's ending has come; null: nobody has asked it to end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndingRecord? Ending { get; init; }

    /// <summary>Monotonic time at which the child ended, while what it left behind is being ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long EndedMonotonicMs { get; init; }

    /// <summary>The child left living processes behind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasLeftovers { get; init; }

    /// <summary>
    /// The mark of the run (<see cref="Platform.RunMark"/>), on record before the spawn. 0: an older version wrote
    /// this.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Mark { get; init; }

    /// <summary>
    /// Sockets that listened on the port of the readiness probe before the child was started; null: not known, or the
    /// probe connects to none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ulong>? OtherListeners { get; init; }

    /// <summary>What people should know about the answer by which the child became ready; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReadyNote { get; init; }

    /// <summary>A job that is to run once more when its present run is over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRunQueued { get; init; }

    /// <summary>
    /// What the run was started with, or, while there is none, the one that ended last and had not stayed up. Null: not
    /// known, or it is in <see cref="GoodFacts"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? Facts { get; init; }

    /// <summary>The same of the last run that stayed up and has ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? GoodFacts { get; init; }

    /// <summary>The child was online once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasOnline { get; init; }

    /// <summary>The second child during a reload: its RunId, Pid, Phase and so on. Null: there is none.</summary>
    public FlatRunRecord? Second { get; init; }

    [JsonIgnore]
    public ExitStatus ExitStatus => new(ExitCode, ExitSignal);
}
