using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Model;

/// <summary>
/// Everything that the screen shows. Only the thread that draws changes it; readings from other threads come through
/// <see cref="Feeds.MonitInbox"/>.
/// </summary>
internal sealed class MonitModel
{
    const int MostEvents = 2000, MostBuffers = 16, MostHistory = 100;

    /// <summary>How long the result of a command stays in the last row.</summary>
    static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(5);

    /// <summary>The requests after which other processes may be needed, or a limit may be another one.</summary>
    static readonly string?[] DefiningRequests =
        [Methods.Set.Name, Methods.Start.Name, Methods.Add.Name, Methods.Apply.Name, Methods.Rename.Name];

    readonly Dictionary<RowKey, ReadingHistory> _histories = [];
    readonly RecentItems<LogView> _logs = new(MostBuffers);
    readonly RecentItems<Document> _documents = new(MostBuffers);
    readonly List<ProcessEvent> _events = [];
    DateTimeOffset _noticeEnd;
    string? _notice;
    bool _mayBeDefinedAnew;

    public ProcessList List { get; } = new();

    public LogSettings LogSettings { get; } = new();

    /// <summary>The machine of the daemon.</summary>
    public string Host { get; init; } = "";

    /// <summary>Whether keys that change something are refused.</summary>
    public bool IsReadOnly { get; init; }

    public IReadOnlyList<KeyBinding> Keys { get; init; } = KeyBindings.Default;

    public string? DaemonVersion { get; set; }

    /// <summary>When the daemon was started; null if that is not known.</summary>
    public DateTimeOffset? DaemonSince { get; set; }

    /// <summary>Why the readings are not up to date; null if they are.</summary>
    public string? Problem { get; set; }

    /// <summary>The daemon's last unexpected death; null if there was none lately.</summary>
    public DaemonDeaths? Deaths { get; private set; }

    public MonitTab Tab { get; set; }

    /// <summary>Whether keys go to the pane, and not to the list.</summary>
    public bool IsPaneFocused { get; set; }

    /// <summary>Whether the pane takes the whole screen.</summary>
    public bool IsZoomed { get; set; }

    /// <summary>Whether the bars in the list show memory, and not CPU.</summary>
    public bool BarsShowMemory { get; set; }

    /// <summary>Which lines of the tabs other than the log are shown; null for all.</summary>
    public LineFilter? TextFilter { get; set; }

    /// <summary>Which lines of the present tab are shown; null for all.</summary>
    public LineFilter? PaneFilter => Tab == MonitTab.Logs ? LogSettings.Filter : TextFilter;

    /// <summary>Shows all lines of the present tab.</summary>
    public void ClearPaneFilter()
    {
        if (Tab == MonitTab.Logs) LogSettings.SetFilter("");
        else TextFilter = null;
    }

    /// <summary>Whether the values of environment variables are shown.</summary>
    public bool ShowsSecrets { get; set; }

    public bool HasMouse { get; set; } = true;

    /// <summary>The line that is being typed; null if there is none.</summary>
    public Prompt? Prompt { get; set; }

    /// <summary>What lies over the screen; null if nothing does.</summary>
    public Overlay? Overlay { get; set; }

    /// <summary>The commands that were run, the newest last.</summary>
    public List<ShownCommand> History { get; } = [];

    /// <summary>The events of all processes, the oldest first.</summary>
    public IReadOnlyList<ProcessEvent> Events => _events;

    /// <summary>The names that each process depends on, by its name; empty until they are known.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Dependencies
    {
        get;
        set
        {
            field = value;
            List.GroupByDependency(DependencyGroups.NamesOf(value));
        }
    } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// The memory limit of each process that has one, in bytes for one instance, by the name of the process.
    /// </summary>
    public IReadOnlyDictionary<string, long> MemoryLimits { get; set; } = new Dictionary<string, long>();

    /// <summary>Grows when definitions may have changed: with the reading after a request to change them.</summary>
    public int DefinitionVersion { get; private set; }

    /// <summary>The names of the processes that depend on one of these.</summary>
    public IEnumerable<string> Dependents(IReadOnlyCollection<string> names) =>
        Dependencies.Where(pair => pair.Value.Any(names.Contains)).Select(static pair => pair.Key);

    /// <summary>The selectors of the processes that the pane is about.</summary>
    public IReadOnlyList<string> Subject =>
        [.. List.Targets.SelectMany(row => row.Selectors(List.Several)).Distinct()];

    /// <summary>Whether the log pane shows all processes, and not only those that are selected.</summary>
    public bool ShowsAllLogs { get; set; }

    /// <summary>The selectors by which all processes of the list are found.</summary>
    public IReadOnlyList<string> AllSelectors { get; init; } = [Selector.All];

    /// <summary>The selectors of the processes whose lines the log pane shows.</summary>
    public IReadOnlyList<string> LogSubject => ShowsAllLogs ? AllSelectors : Subject;

    /// <summary>How many instances the lines in the log pane come from.</summary>
    public int LogSourceCount =>
        ShowsAllLogs ? List.All.Count : List.Targets.Sum(static row => row.Members.Count);

    /// <summary>The lines in the log pane.</summary>
    public LogView Logs => LogsOf(LogSubject);

    /// <summary>The text of the present tab.</summary>
    public Document Document => DocumentOf(Tab, string.Join(' ', Subject));

    /// <summary>The message in the last row; null if there is none.</summary>
    public string? Notice(DateTimeOffset now) => now < _noticeEnd ? _notice : null;

    /// <summary>Takes a reading.</summary>
    public void Update(ListResponse reading, long second)
    {
        Problem = null;
        Deaths = reading.DaemonDeaths;
        if (_mayBeDefinedAnew || reading.Processes.Count != List.All.Count) DefinitionVersion++;
        _mayBeDefinedAnew = false;
        List.Update(reading.Processes);
        foreach (var process in reading.Processes) HistoryOf(RowKey.Of(process)).Add(process, second);
        if (_histories.Count <= reading.Processes.Count) return;
        var present = reading.Processes.Select(RowKey.Of).ToHashSet();
        foreach (var gone in _histories.Keys.Where(key => !present.Contains(key)).ToList()) _histories.Remove(gone);
    }

    public ReadingHistory HistoryOf(RowKey key) =>
        _histories.TryGetValue(key, out var known) ? known : _histories[key] = new ReadingHistory();

    public LogView LogsOf(IReadOnlyList<string> subject) =>
        _logs.GetOrAdd(string.Join(' ', subject), () => new LogView(new LogBuffer(), LogSettings));

    public Document DocumentOf(MonitTab tab, string subject) =>
        _documents.GetOrAdd($"{tab} {subject}", static () => new Document());

    public void Add(ProcessEvent happened)
    {
        _events.Add(happened);
        // The daemon records a request before it carries it out.
        _mayBeDefinedAnew |= happened.Kind == EventKind.Request && DefiningRequests.Contains(happened.Request);
        if (_events.Count > MostEvents) _events.RemoveRange(0, _events.Count - MostEvents);
    }

    /// <summary>Shows a message for a while.</summary>
    public void Say(string notice, DateTimeOffset now) => (_notice, _noticeEnd) = (notice, now + NoticeTime);

    /// <summary>Notes a command that begins to run.</summary>
    public ShownCommand Begin(string line)
    {
        var command = new ShownCommand(line);
        History.Add(command);
        if (History.Count > MostHistory) History.RemoveAt(0);
        return command;
    }
}
