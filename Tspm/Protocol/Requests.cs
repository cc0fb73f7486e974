using Tspm.Model.Config;

namespace Tspm.Protocol;

// One request type per verb. It is a class, because messages are sent and not compared, or a record where a modified
// copy is needed. Members are optional unless `required`; the daemon validates them before anything happens. `Wait` is
// `set`, not `init`: an `init` member missing in the JSON would be false (see Envelope).

internal sealed class HelloRequest
{
    public string? Version { get; init; }
    public int? ProtocolVersion { get; init; }
}

internal sealed record ListRequest
{
    /// <summary>Null or empty means all.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }
    /// <summary>
    /// What to find out besides; <see cref="IncludePorts"/> is all there is. A list of words, because a client has to
    /// know how to write those anyway, and each further type of member makes every command slower. Since protocol 3.
    /// </summary>
    public IReadOnlyList<string>? Include { get; init; }

    /// <summary>The ports on which the processes listen.</summary>
    public const string IncludePorts = "ports";
}

internal sealed record DescribeRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    /// <summary>Whether the values of environment variables are shown; otherwise they are masked.</summary>
    public bool ShowEnv { get; init; }
    /// <summary>Whether to report what has changed since the last run that stayed up. Since protocol 3.</summary>
    public bool? Changes { get; init; }
}

internal sealed class SearchRequest
{
    /// <summary>The text to look for in names, commands and namespaces; case is ignored.</summary>
    public required string Text { get; init; }
}

/// <summary>
/// The settings of the client that a definition comes from. They are kept with it, so that a restart is reproducible.
/// </summary>
internal sealed record ClientContext
{
    /// <summary>The environment of the client.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    /// <summary>The working directory of the client, for configs without one.</summary>
    public required string WorkingDirectory { get; init; }
    /// <summary>The soft limit of open descriptors of the client, which the children get.</summary>
    public long? OpenFilesLimit { get; init; }
    /// <summary>
    /// Other settings that programs inherit from the client; null if the daemon should read them from the process that
    /// sent the request. Since protocol 3.
    /// </summary>
    public LaunchContext? Launch { get; init; }
}

/// <summary>
/// Starts known processes, or defines and starts new ones. <see cref="Selectors"/> are tried first. If none of them is
/// known and <see cref="Define"/> is set, its configs are defined (replacing configs of the same name that are not
/// online) and started.
/// </summary>
internal sealed record StartRequest
{
    public IReadOnlyList<string>? Selectors { get; init; }
    public IReadOnlyList<ProcessConfig>? Define { get; init; }
    /// <summary>Required with <see cref="Define"/>.</summary>
    public ClientContext? Client { get; init; }
    /// <summary>
    /// Whether the user gave flags that change a config. For a known process this is an error that refers to
    /// <c>set</c>.
    /// </summary>
    public bool HasOverrides { get; init; }
    /// <summary>Whether to restart processes that are already online.</summary>
    public bool Force { get; init; }
    /// <summary>Whether to replace the saved environment with that of the client.</summary>
    public bool UpdateEnv { get; init; }
    /// <summary>
    /// Whether this repeats a request whose answer was lost with its daemon: processes that are online now have already
    /// been started.
    /// </summary>
    public bool Again { get; init; }
    /// <summary>
    /// Whether to answer only when the start has finished; otherwise the answer comes as soon as it is under way.
    /// </summary>
    public bool Wait { get; set; } = true;
    public int? WaitTimeoutMs { get; init; }
    /// <summary>
    /// Milliseconds to watch whether a process without a readiness probe ends again soon after its start; null means
    /// not at all.
    /// </summary>
    public int? SettleMs { get; init; }
    /// <summary>
    /// Whether the processes in <see cref="Define"/> are deleted once no client holds them, see
    /// <see cref="LogsRequest.Hold"/>. Since protocol 3.
    /// </summary>
    public bool? Temporary { get; init; }
}

internal sealed record AddRequest
{
    public required IReadOnlyList<ProcessConfig> Define { get; init; }
    public required ClientContext Client { get; init; }
    /// <summary>
    /// The project of the file, see <see cref="ProjectName"/>; null if the configs do not come from a file. Since
    /// protocol 3.
    /// </summary>
    public string? Project { get; init; }
}

/// <summary>
/// Makes the daemon match a list of configs: creates and changes processes and, with <see cref="Prune"/>, deletes
/// others. All or nothing.
/// </summary>
internal sealed record ApplyRequest
{
    public required IReadOnlyList<ProcessConfig> Define { get; init; }
    public required ClientContext Client { get; init; }
    /// <summary>
    /// The project of the file, see <see cref="ProjectName"/>. Processes of other projects are not changed. Null if the
    /// client does not support projects. Since protocol 3.
    /// </summary>
    public string? Project { get; init; }
    /// <summary>Whether to move processes of other projects into this one. Since protocol 3.</summary>
    public bool? Force { get; init; }
    /// <summary>
    /// Whether to delete processes of this project that are not in the list; without a project, processes that have
    /// none.
    /// </summary>
    public bool Prune { get; init; }
    /// <summary>Whether to replace the saved environment with that of the client.</summary>
    public bool UpdateEnv { get; init; }
    /// <summary>Whether to only report what would be done.</summary>
    public bool DryRun { get; init; }
    /// <summary>Whether to also start the listed processes that are down, except jobs.</summary>
    public bool Start { get; init; }
    public bool Wait { get; set; } = true;
    public int? WaitTimeoutMs { get; init; }
    /// <summary>See <see cref="StartRequest.SettleMs"/>.</summary>
    public int? SettleMs { get; init; }
}

internal sealed class StopRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    public bool Wait { get; set; } = true;
    public int? WaitTimeoutMs { get; init; }
}

internal sealed record RestartRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    public bool UpdateEnv { get; init; }
    /// <summary>Required with <see cref="UpdateEnv"/>.</summary>
    public ClientContext? Client { get; init; }
    public bool Wait { get; set; } = true;
    public int? WaitTimeoutMs { get; init; }
    /// <summary>See <see cref="StartRequest.SettleMs"/>. Since protocol 3.</summary>
    public int? SettleMs { get; init; }
}

internal sealed class DeleteRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    /// <summary>Whether to remove the log files too.</summary>
    public bool Logs { get; init; }
}

internal sealed class SignalRequest
{
    /// <summary>The signal: SIGHUP, HUP or 1.</summary>
    public required string Signal { get; init; }
    public required IReadOnlyList<string> Selectors { get; init; }
}

internal sealed class RenameRequest
{
    /// <summary>A selector that matches exactly one process.</summary>
    public required string Selector { get; init; }
    public required string NewName { get; init; }
}

/// <summary>Changes members of configs. Each takes effect at once if possible, otherwise at the next start.</summary>
internal sealed class SetRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    /// <summary>
    /// KEY=VALUE as the user wrote them. KEY is a config field, a nested one with dots (<c>restart.delayMs</c>,
    /// <c>env.PORT</c>). An empty VALUE removes the field.
    /// </summary>
    public required IReadOnlyList<string> Assignments { get; init; }
}

/// <summary>
/// Changes the number of instances at once. Exactly one of <see cref="Instances"/> and <see cref="By"/> must be set.
/// </summary>
internal sealed class ScaleRequest
{
    /// <summary>A selector that matches exactly one process.</summary>
    public required string Selector { get; init; }
    /// <summary>The new number of instances.</summary>
    public int? Instances { get; init; }
    /// <summary>How many instances to add; a negative number removes instances.</summary>
    public int? By { get; init; }
    public bool Wait { get; set; } = true;
    public int? WaitTimeoutMs { get; init; }
}

/// <summary>Writes one line to the standard input of a process with <c>stdin: pipe</c>.</summary>
internal sealed class SendRequest
{
    public required string Selector { get; init; }
    public required string Line { get; init; }
}

/// <summary>
/// Starts a stream of <c>log</c> notifications. Unless <see cref="Follow"/> is set, the answer ends it.
/// </summary>
internal sealed record LogsRequest
{
    /// <summary>Null or empty means all.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }
    /// <summary>
    /// Maximum number of lines of each stream, counted from the end. Null means all matching lines if there is a
    /// condition, else <c>logBufferSize</c> of the process, else 15.
    /// </summary>
    public int? Lines { get; init; }
    public bool Follow { get; init; }
    /// <summary>"out", "err" or null for both.</summary>
    public string? Stream { get; init; }
    /// <summary>Where to continue: the last <c>seq</c> that was seen, by <c>ID.INSTANCE.STREAM</c>.</summary>
    public IReadOnlyDictionary<string, long>? After { get; init; }
    /// <summary>Only lines from this time on; see <see cref="Tspm.Text.TimePoint"/>.</summary>
    public string? Since { get; init; }
    /// <summary>Only lines up to this time.</summary>
    public string? Until { get; init; }
    /// <summary>Only lines that match this regular expression.</summary>
    public string? Grep { get; init; }
    /// <summary>Whether to select the lines that do not match <see cref="Grep"/> instead.</summary>
    public bool? Invert { get; init; }
    /// <summary>Number of lines to add before and after each matching line.</summary>
    public int? Context { get; init; }
    /// <summary>
    /// Only lines of one run: "last", a negative number (-1 is the run before the last), a pid, or the number of a run.
    /// </summary>
    public string? Run { get; init; }
    /// <summary>Whether events of the processes are shown among their lines.</summary>
    public bool? Events { get; init; }
    /// <summary>
    /// With <see cref="Follow"/>: whether temporary processes among the selected ones are stopped and deleted when this
    /// connection ends. Since protocol 3.
    /// </summary>
    public bool? Hold { get; init; }
}

/// <summary>
/// Starts a stream of <c>event</c> notifications. Unless <see cref="Follow"/> is set, the answer ends it.
/// </summary>
internal sealed record EventsRequest
{
    /// <summary>Null or empty means all processes and the daemon itself.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }
    /// <summary>
    /// Maximum number of events, counted from the end; null means all with <see cref="Since"/>, else 50.
    /// </summary>
    public int? Lines { get; init; }
    public bool Follow { get; init; }
    /// <summary>Only events from this time on; see <see cref="Tspm.Text.TimePoint"/>.</summary>
    public string? Since { get; init; }
    /// <summary>Only events up to this time.</summary>
    public string? Until { get; init; }
    /// <summary>
    /// Only these kinds (<see cref="Tspm.Model.State.EventKind"/>) or causes
    /// (<see cref="Tspm.Model.State.CauseCode"/>).
    /// </summary>
    public IReadOnlyList<string>? Kinds { get; init; }
    /// <summary>Only events whose name and sentence match this regular expression.</summary>
    public string? Grep { get; init; }
    /// <summary>
    /// Whether to leave out the changes of state that only repeat an exit or a failed start, so that each has one
    /// event. Since protocol 3.
    /// </summary>
    public bool? Concise { get; init; }
    /// <summary>Where to continue: the last <c>seq</c> that was seen.</summary>
    public long? After { get; init; }
}

/// <summary>Lets another version replace this one; the children keep running.</summary>
internal sealed class UpgradeRequest
{
    /// <summary>
    /// Absolute path of the executable; null means the path that the daemon was started from, after the file there was
    /// replaced.
    /// </summary>
    public string? Binary { get; init; }
    /// <summary>
    /// Whether the requester is a guardian that takes over itself: instead of an answer it gets the descriptors, and
    /// <see cref="Binary"/> is ignored.
    /// </summary>
    public bool HandOver { get; init; }
}

internal sealed class MetricsRequest
{
    /// <summary>See <see cref="MetricsFormat"/>; null means OpenMetrics. Since protocol 3.</summary>
    public string? Format { get; init; }
}
