using Tspm.Client.Output.Listing;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Model;

/// <summary>
/// The list of processes: which rows there are, in which order, and which are selected and marked. A selection stays on
/// its process, not on its row, while the list is sorted anew.
/// </summary>
internal sealed class ProcessList
{
    /// <summary>The keys by which the list can be sorted, in the order in which a user goes through them.</summary>
    static readonly string[] SortKeys = ["id", "name", "state", "cpu", "mem", "restarts", "uptime"];

    readonly HashSet<RowKey> _marks = [];
    readonly HashSet<RowKey> _folded = [];
    IReadOnlyDictionary<string, string> _dependencyGroups = new Dictionary<string, string>();
    List<ListEntry> _rows = [];
    int _selectedRow;

    /// <summary>All processes of the last reading.</summary>
    public IReadOnlyList<ProcessStatus> All { get; private set; } = [];

    /// <summary>The ids of the processes that have several instances.</summary>
    public HashSet<int> Several { get; private set; } = [];

    /// <summary>The rows to show, in their order.</summary>
    public IReadOnlyList<ListEntry> Rows => _rows;

    /// <summary>See <see cref="ProcessFilter"/>; empty for all processes.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>One of the keys of <see cref="ListOrder"/>.</summary>
    public string SortKey { get; private set; } = "id";

    public bool IsReversed { get; private set; }

    /// <summary>Whether processes that need attention come first.</summary>
    public bool PutsFailuresFirst { get; private set; }

    public Grouping Grouping { get; private set; }

    /// <summary>The first row that is shown.</summary>
    public int Top { get; private set; }

    /// <summary>The index of the selected row; 0 if there are no rows.</summary>
    public int SelectedRow => _selectedRow;

    /// <summary>The selected row; null if there are no rows.</summary>
    public ListEntry? Selected => _selectedRow < _rows.Count ? _rows[_selectedRow] : null;

    public int MarkCount => _marks.Count;

    public bool IsMarked(ListEntry row) => _marks.Contains(row.Key);

    public bool IsFolded(RowKey key) => _folded.Contains(key);

    /// <summary>What commands act on: the marked rows, or else the selected one.</summary>
    public IReadOnlyList<ListEntry> Targets
    {
        get
        {
            if (_marks.Count == 0) return Selected is { } selected ? [selected] : [];
            return [.. _rows.Where(IsMarked)];
        }
    }

    /// <summary>Takes a new reading.</summary>
    public void Update(IReadOnlyList<ProcessStatus> processes)
    {
        All = processes;
        Several = ListRow.WithSeveral(processes);
        Arrange();
    }

    public void SetFilter(string filter)
    {
        Filter = filter;
        Arrange();
    }

    /// <summary>Sorts by a key, or in the other direction if it is the present one already.</summary>
    public void SortBy(string key)
    {
        IsReversed = key == SortKey && !IsReversed;
        SortKey = key;
        Arrange();
    }

    /// <summary>Sorts as <c>list --sort</c> would, such as by <c>mem</c> or <c>cpu:asc</c>.</summary>
    public void SortAs(string sort)
    {
        var colon = sort.IndexOf(':');
        SortKey = colon < 0 ? sort : sort[..colon];
        if (SortKey == "memory") SortKey = "mem";
        IsReversed = colon >= 0 && sort != Direction(SortKey, reversed: false);
        Arrange();
    }

    public void SortByNext() => SortBy(SortKeys[(Array.IndexOf(SortKeys, SortKey) + 1) % SortKeys.Length]);

    public void Reverse()
    {
        IsReversed = !IsReversed;
        Arrange();
    }

    public void ToggleFailuresFirst()
    {
        PutsFailuresFirst = !PutsFailuresFirst;
        Arrange();
    }

    public void GroupByNext()
    {
        Grouping = (Grouping)(((int)Grouping + 1) % 4);
        Arrange();
    }

    /// <summary>Takes the group of each process that depends on others or is needed by others.</summary>
    public void GroupByDependency(IReadOnlyDictionary<string, string> groups)
    {
        _dependencyGroups = groups;
        if (Grouping == Grouping.Dependency) Arrange();
    }

    /// <summary>Folds the group or the instances that the selected row belongs to, or unfolds them.</summary>
    public void ToggleFold()
    {
        if (Selected is not { } row) return;
        var key = row.Key.IsGroup ? row.Key : new RowKey(row.Key.Id, RowKey.AllInstances);
        if (!key.IsGroup && !Several.Contains(key.Id)) return;
        if (!_folded.Remove(key)) _folded.Add(key);
        Arrange();
        Select(key);
    }

    /// <summary>Moves the selection by a number of rows.</summary>
    public void Move(int rows) => SelectRow(_selectedRow + rows);

    public void SelectRow(int row) => _selectedRow = Math.Clamp(row, 0, Math.Max(0, _rows.Count - 1));

    /// <summary>Selects a row by what it stands for, or by the process if it has no row of its own.</summary>
    public void Select(RowKey key)
    {
        var at = _rows.FindIndex(row => row.Key == key);
        if (at < 0) at = _rows.FindIndex(row => row.Key.Id == key.Id && row.Key.Group == key.Group);
        if (at >= 0) _selectedRow = at;
    }

    public void ToggleMark()
    {
        if (Selected is { } row && !_marks.Remove(row.Key)) _marks.Add(row.Key);
    }

    /// <summary>Marks all rows; if all are marked already, none.</summary>
    public void ToggleAllMarks()
    {
        var rows = _rows.Where(static row => !row.Key.IsGroup).Select(static row => row.Key).ToList();
        if (rows.TrueForAll(_marks.Contains)) _marks.Clear();
        else _marks.UnionWith(rows);
    }

    public void ClearMarks() => _marks.Clear();

    /// <summary>Scrolls so that the selected row is among this many visible rows.</summary>
    public void KeepSelectedVisible(int height)
    {
        if (height <= 0) return;
        if (_selectedRow < Top) Top = _selectedRow;
        if (_selectedRow >= Top + height) Top = _selectedRow - height + 1;
        Top = Math.Clamp(Top, 0, Math.Max(0, _rows.Count - height));
    }

    void Arrange()
    {
        var selected = Selected?.Key;
        var options = new ListOptions { Sort = Direction(SortKey, IsReversed) };
        IEnumerable<ProcessStatus> sorted = ListOrder.Apply(All, options);
        if (PutsFailuresFirst) sorted = sorted.OrderBy(Rank);
        if (Filter.Length > 0) sorted = sorted.Where(process => ProcessFilter.Matches(Filter, process));
        _rows = [.. Grouping == Grouping.None ? EntriesFor(sorted, "") : Grouped(sorted)];
        _marks.RemoveWhere(mark => !_rows.Exists(row => row.Key == mark));
        SelectRow(_selectedRow);
        if (selected is { } key) Select(key);
    }

    IEnumerable<ListEntry> Grouped(IEnumerable<ProcessStatus> sorted)
    {
        foreach (var group in sorted.GroupBy(GroupOf).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            var key = new RowKey(-1, RowKey.AllInstances, group.Key);
            var heading = new ListEntry(key, group.Key.Length > 0 ? group.Key : "(none)", [.. group]);
            yield return heading;
            if (_folded.Contains(key)) continue;
            foreach (var row in EntriesFor(heading.Members, "  ")) yield return row;
        }
    }

    IEnumerable<ListEntry> EntriesFor(IEnumerable<ProcessStatus> processes, string indent)
    {
        var shown = processes as IReadOnlyList<ProcessStatus> ?? [.. processes];
        var seen = new HashSet<int>();
        foreach (var process in shown)
        {
            var whole = new RowKey(process.Id, RowKey.AllInstances);
            if (!_folded.Contains(whole))
                yield return new ListEntry(
                    RowKey.Of(process), indent + ListEntry.LabelOf(process, Several), [process]);
            else if (seen.Add(process.Id))
            {
                ProcessStatus[] members = [.. shown.Where(other => other.Id == process.Id)];
                var label = $"{indent}{Terminal.ControlText.Escape(process.Name)} ×{members.Length}";
                yield return new ListEntry(whole, label, members);
            }
        }
    }

    string GroupOf(ProcessStatus process) => Grouping switch
    {
        Grouping.Namespace => process.Namespace,
        Grouping.Project => process.Project ?? "",
        _ => _dependencyGroups.GetValueOrDefault(process.Name, ""),
    };

    static int Rank(ProcessStatus process) => process.State switch
    {
        ProcessState.Errored => 0,
        ProcessState.Waiting => 1,
        _ => 2,
    };

    /// <summary>The key with the direction that it has by default, or with the other one.</summary>
    static string Direction(string key, bool reversed)
    {
        var isAscending = key is "name" or "id" or "state";
        if (reversed) isAscending = !isAscending;
        return $"{key}:{(isAscending ? "asc" : "desc")}";
    }
}
