using Tspm.Model.Config;

namespace Tspm.Protocol;

// One request type per verb: a class, because messages are sent and not compared, or a record where a copy with one
// change is needed. Members are optional unless `required`; the daemon validates before anything happens.
// `Wait` is `set`, not `init`: an `init` member missing in the JSON would be false (see Envelope).

internal sealed class HelloRequest
{
    public string? Version { get; init; }
    public int? ProtocolVersion { get; init; }
}

internal sealed class ListRequest
{
    /// <summary>Null or empty: all.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }
}

internal sealed record DescribeRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    /// <summary>False: values of env are masked.</summary>
    public bool ShowEnv { get; init; }
    /// <summary>Say what has changed since the last run that stayed up. Since protocol 3.</summary>
    public bool? Changes { get; init; }
}

internal sealed class SearchRequest
{
    /// <summary>Looked for in names, commands and namespaces, without regard to case.</summary>
    public required string Text { get; init; }
}

/// <summary>Where a definition came from: kept with it, so that a restart is reproducible.</summary>
internal sealed record ClientContext
{
    /// <summary>The client's environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    /// <summary>The client's working directory, for configs that name none.</summary>
    public required string WorkingDirectory { get; init; }
    /// <summary>The client's soft limit of open descriptors, which the children get.</summary>
    public long? OpenFilesLimit { get; init; }
    /// <summary>
    /// What else the client's programs inherit from it; null: the daemon looks at the process that asks. Since protocol
    /// 3.
    /// </summary>
    public LaunchContext? Launch { get; init; }
}

/// <summary>
/// Starts known processes, or defines and starts new ones. <see cref="Selectors"/> are tried first; when none of them
/// is known and <see cref="Define"/> is present, its configs are defined (or replace a config of the same name that is
/// not online) and started.
/// </summary>
internal sealed record StartRequest
{
    public IReadOnlyList<string>? Selectors { get; init; }
    public IReadOnlyList<ProcessConfig>? Define { get; init; }
    /// <summary>Needed with <see cref="Define"/>.</summary>
    public ClientContext? Client { get; init; }
    /// <summary>
    /// The user gave flags that change a config: on a known process that is an error that points to <c>set</c>.
    /// </summary>
    public bool HasOverrides { get; init; }
    /// <summary>Restart what is online already.</summary>
    public bool Force { get; init; }
    /// <summary>Replace the kept environment by the client's.</summary>
    public bool UpdateEnv { get; init; }
    /// <summary>
    /// This was asked for before, and the answer was lost with its daemon: what is online by now has been started.
    /// </summary>
    public bool Again { get; init; }
    /// <summary>False: the answer comes once the start is under way.</summary>
    public bool Wait { get; set; } = true;
    public int? WaitTimeoutMs { get; init; }
    /// <summary>
    /// For so long it is watched whether what came up without a readiness probe dies again; null: not at all.
    /// </summary>
    public int? SettleMs { get; init; }
}

internal sealed record AddRequest
{
    public required IReadOnlyList<ProcessConfig> Define { get; init; }
    public required ClientContext Client { get; init; }
    /// <summary>Of the file, see <see cref="ProjectName"/>; null: it is no file. Since protocol 3.</summary>
    public string? Project { get; init; }
}

/// <summary>
/// Makes the daemon match a list of configs: creates, changes, with <see cref="Prune"/> deletes. All or nothing.
/// </summary>
internal sealed record ApplyRequest
{
    public required IReadOnlyList<ProcessConfig> Define { get; init; }
    public required ClientContext Client { get; init; }
    /// <summary>
    /// Of the file, see <see cref="ProjectName"/>: the processes of another project are not touched. Null: a client
    /// that does not know of projects. Since protocol 3.
    /// </summary>
    public string? Project { get; init; }
    /// <summary>Take over what another project holds. Since protocol 3.</summary>
    public bool? Force { get; init; }
    /// <summary>Delete what is not in the list: of this project, and without one what has none.</summary>
    public bool Prune { get; init; }
    /// <summary>Replace the kept environment by the client's.</summary>
    public bool UpdateEnv { get; init; }
    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }
    /// <summary>What is in the list and down is started as well, but for jobs.</summary>
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
    /// <summary>Needed with <see cref="UpdateEnv"/>.</summary>
    public ClientContext? Client { get; init; }
    public bool Wait { get; set; } = true;
    public int? WaitTimeoutMs { get; init; }
}

internal sealed class DeleteRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    /// <summary>Remove the log files too.</summary>
    public bool Logs { get; init; }
}

internal sealed class SignalRequest
{
    /// <summary>SIGHUP, HUP or 1.</summary>
    public required string Signal { get; init; }
    public required IReadOnlyList<string> Selectors { get; init; }
}

internal sealed class RenameRequest
{
    /// <summary>A selector that fits exactly one process.</summary>
    public required string Selector { get; init; }
    public required string NewName { get; init; }
}

/// <summary>Changes members of a config; they apply at the next start.</summary>
internal sealed class SetRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
    /// <summary>
    /// KEY=VALUE as the user wrote them; KEY is a config field, nested ones with dots (<c>restart.delayMs</c>,
    /// <c>env.PORT</c>). An empty VALUE removes it.
    /// </summary>
    public required IReadOnlyList<string> Assignments { get; init; }
}

/// <summary>
/// Changes how many instances there are; takes effect at once. Exactly one of <see cref="Instances"/> and
/// <see cref="By"/>.
/// </summary>
internal sealed class ScaleRequest
{
    /// <summary>A selector that fits exactly one process.</summary>
    public required string Selector { get; init; }
    /// <summary>So many in all.</summary>
    public int? Instances { get; init; }
    /// <summary>So many more, or fewer when negative.</summary>
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

/// <summary>A stream: <c>log</c> notifications, then (without <see cref="Follow"/>) the answer.</summary>
internal sealed record LogsRequest
{
    /// <summary>Null or empty: all.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }
    /// <summary>
    /// Last lines of each stream that fit; null: all when there is a condition, else <c>logBufferSize</c> of the
    /// process, else 15.
    /// </summary>
    public int? Lines { get; init; }
    public bool Follow { get; init; }
    /// <summary>"out", "err" or null for both.</summary>
    public string? Stream { get; init; }
    /// <summary>Where to go on, per <c>ID.INSTANCE.STREAM</c>: the last <c>seq</c> seen.</summary>
    public IReadOnlyDictionary<string, long>? After { get; init; }
    /// <summary>Lines from this time on, see <see cref="Tspm.Text.TimePoint"/>.</summary>
    public string? Since { get; init; }
    /// <summary>Lines up to this time.</summary>
    public string? Until { get; init; }
    /// <summary>Lines that fit this regular expression.</summary>
    public string? Grep { get; init; }
    /// <summary>Lines before and after each one that fits.</summary>
    public int? Context { get; init; }
    /// <summary>
    /// Lines of one run: "last", a negative number (so many before the last), a pid, or a run's number.
    /// </summary>
    public string? Run { get; init; }
    /// <summary>What happened to the processes stands among their lines.</summary>
    public bool? Events { get; init; }
}

/// <summary>A stream: <c>event</c> notifications, then (without <see cref="Follow"/>) the answer.</summary>
internal sealed record EventsRequest
{
    /// <summary>Null or empty: all, and the daemon's own.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }
    /// <summary>So many of the last ones; null: all with <see cref="Since"/>, else 50.</summary>
    public int? Lines { get; init; }
    public bool Follow { get; init; }
    /// <summary>Events from this time on, see <see cref="Tspm.Text.TimePoint"/>.</summary>
    public string? Since { get; init; }
    /// <summary>Events up to this time.</summary>
    public string? Until { get; init; }
    /// <summary>
    /// Only these kinds (<see cref="Tspm.Model.State.EventKind"/>) or causes
    /// (<see cref="Tspm.Model.State.CauseCode"/>).
    /// </summary>
    public IReadOnlyList<string>? Kinds { get; init; }
    /// <summary>Only those whose name and sentence match this regular expression.</summary>
    public string? Grep { get; init; }
    /// <summary>Where to go on: the last <c>seq</c> seen.</summary>
    public long? After { get; init; }
}

/// <summary>Another version takes over, with the same children.</summary>
internal sealed class UpgradeRequest
{
    /// <summary>
    /// Absolute path of the executable; null: the path from which the daemon was started, for a file that was replaced.
    /// </summary>
    public string? Binary { get; init; }
    /// <summary>
    /// The requester is a guardian, and takes over itself: the descriptors follow instead of an answer. Without
    /// <see cref="Binary"/>.
    /// </summary>
    public bool HandOver { get; init; }
}

internal sealed class MetricsRequest
{
    /// <summary>See <see cref="MetricsFormat"/>; null: OpenMetrics. Since protocol 3.</summary>
    public string? Format { get; init; }
}
