using System.Globalization;
using Tspm.Events;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Why;

/// <summary>One exit of a child, or one failed start, completed with facts from other events.</summary>
internal sealed class WhyExit(ProcessEvent happened)
{
    public ProcessEvent Event => happened;

    /// <summary>The child did not end within its stop timeout, and was killed.</summary>
    public bool WasKilled { get; set; }

    /// <summary>The leftover processes that had to be killed; null if there were none.</summary>
    public string? Leftovers { get; set; }

    /// <summary>The kernel's message, if it killed the child for lack of memory.</summary>
    public string? OutOfMemory { get; set; }

    public string? Cause => OutOfMemory is null ? happened.Cause : CauseCode.OutOfMemory;

    string By => happened.ByUid is null ? "" : $" ({EventText.By(happened)})";

    string NewChild
    {
        get
        {
            var when = happened.Reason is { Length: > 0 } reason ? reason : "before it was ready";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{when} (the new child of a reload; the old one has pid {happened.OtherPid})");
        }
    }

    /// <summary>The reason, for the user. It contains only observed facts.</summary>
    public string Words
    {
        get
        {
            var why = OutOfMemory is { } kernel ? $"out of memory: {kernel}" : Cause switch
            {
                _ when EventText.IsOfNewChild(happened) => NewChild,
                CauseCode.Crash or CauseCode.Exit => happened.Signal is null
                    ? "it ended on its own" : "Tspm did not send the signal",
                CauseCode.Background => $"it {happened.Reason}",
                _ => happened.Reason is { } reason ? reason + By : "the cause is unknown",
            };
            if (WasKilled) why += "; it did not end in time and was killed";
            return Leftovers is { } left ? $"{why}; left behind and killed: {left}" : why;
        }
    }
}

/// <summary>One instance: its state, and the exits of its children, the newest first.</summary>
internal sealed class WhyInstance(int id, int instance, int shown)
{
    public int Id => id;

    public int Instance => instance;

    public string Name { get; set; } = "";

    /// <summary>Null if no daemon reports it.</summary>
    public ProcessStatus? Status { get; set; }

    /// <summary>The process is no longer defined.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>The process could not be started, and its id is free for another process.</summary>
    public bool WasWithdrawn { get; private set; }

    /// <summary>The number of its newest event; 0 if it has none.</summary>
    public long LastSeq { get; private set; }

    /// <summary>The exits to show, the newest first.</summary>
    public List<WhyExit> Exits { get; } = [];

    /// <summary>All exits that were read, the newest last.</summary>
    public List<WhyExit> AllExits { get; } = [];

    /// <summary>An exit is on record, whether or not it is shown.</summary>
    public bool HasEnded { get; private set; }

    public WhyExit? NewestExit => Exits.Count > 0 ? Exits[0] : null;

    public ProcessEvent? Newest => NewestExit?.Event;

    public List<string> LastLines { get; set; } = [];

    /// <summary>The changes since the last run that stayed up; null if no such run is known.</summary>
    public RunChanges? Changes { get; set; }

    /// <summary>Null if no daemon reports it.</summary>
    public ProcessConfig? Config { get; set; }

    /// <summary>The pid of the child that was last killed because it did not end in time.</summary>
    int? _killed;

    static string? Joined(string? before, string? more) => before is null ? more : $"{before}, {more}";

    /// <summary>Adds an event. Events have to be added in the order in which they happened.</summary>
    public void Add(ProcessEvent happened)
    {
        (Name, LastSeq) = (happened.Name ?? Name, happened.Seq);
        if (happened.Kind == EventKind.Withdrawn) WasWithdrawn = true;
        if (happened.Kind == EventKind.Killed) _killed = happened.Pid;
        if (happened.Kind == EventKind.OutOfMemory)
            foreach (var ended in Exits)
                if (ended.Event.RunId == happened.RunId) ended.OutOfMemory = happened.Reason ?? "";
        if (happened.Kind == EventKind.Leftovers)
            foreach (var ended in Exits)
                if (ended.Event.RunId == happened.RunId) ended.Leftovers = Joined(ended.Leftovers, happened.Reason);
        if (happened.Kind is not (EventKind.Exited or EventKind.Failed)) return;
        HasEnded = true;
        var exit = new WhyExit(happened) { WasKilled = _killed is not null && _killed == happened.Pid };
        AllExits.Add(exit);
        Exits.Insert(0, exit);
        KeepNewest(shown);
    }

    public void KeepNewest(int count)
    {
        if (Exits.Count > count) Exits.RemoveRange(count, Exits.Count - count);
    }
}

/// <summary>
/// The answer to <c>why</c>, sorted by instance. Deleted instances come last, the newest first.
/// </summary>
/// <param name="shown">
/// The most exits to show of each instance, including those of deleted instances with the same name.
/// </param>
internal sealed class WhyReport(int shown = WhyReport.DefaultExits)
{
    /// <summary>The number of exits to show of each instance by default.</summary>
    public const int DefaultExits = 5;

    readonly List<WhyInstance> _instances = [];

    public IReadOnlyList<WhyInstance> Instances => _instances;

    /// <summary>The time of the first event if there may be older ones that were not read; null otherwise.</summary>
    public DateTimeOffset? KnownSince { get; set; }

    public void Add(ProcessEvent happened)
    {
        if (happened is { Id: { } id, Instance: { } instance }) GetOrAdd(id, instance).Add(happened);
    }

    public void Add(ProcessStatus status)
    {
        var instance = GetOrAdd(status.Id, status.Instance);
        (instance.Name, instance.Status) = (status.Name, status);
    }

    /// <summary>
    /// Completes the report after all events have been added: marks deleted instances, moves them to the end, and drops
    /// surplus exits.
    /// </summary>
    /// <param name="isDefined">Whether an instance is defined; null if that is unknown.</param>
    public void Complete(Func<WhyInstance, bool>? isDefined)
    {
        foreach (var instance in _instances)
            instance.IsDeleted = instance.WasWithdrawn || isDefined?.Invoke(instance) == false;
        var gone = _instances.Where(static one => one.IsDeleted).ToList();
        _instances.RemoveAll(static one => one.IsDeleted);
        _instances.AddRange(gone.Order(Comparer<WhyInstance>.Create(Newer)));
        Limit();
    }

    static int Newer(WhyInstance one, WhyInstance other)
    {
        if (one.Id != other.Id) return other.Id.CompareTo(one.Id);
        return one.Instance != other.Instance
            ? one.Instance.CompareTo(other.Instance) : other.LastSeq.CompareTo(one.LastSeq);
    }

    /// <summary>Limits the exits by name: to the user, successive processes with the same name are one.</summary>
    void Limit()
    {
        var left = new Dictionary<InstanceName, int>();
        var kept = new List<WhyInstance>(_instances.Count);
        foreach (var instance in _instances)
        {
            var key = new InstanceName(instance.Name, instance.Instance);
            var isFirst = left.TryAdd(key, shown);
            instance.KeepNewest(left[key]);
            left[key] -= instance.Exits.Count;
            if (isFirst || !instance.IsDeleted || instance.Exits.Count > 0) kept.Add(instance);
        }
        _instances.Clear();
        _instances.AddRange(kept);
    }

    public WhyInstance? Find(int id, int instance) =>
        _instances.Find(one => one.Id == id && one.Instance == instance && !one.WasWithdrawn);

    WhyInstance GetOrAdd(int id, int instance)
    {
        var at = 0;
        while (at < _instances.Count && IsBefore(_instances[at])) at++;
        if (at == _instances.Count || _instances[at].Id != id || _instances[at].Instance != instance)
            _instances.Insert(at, new WhyInstance(id, instance, shown));
        return _instances[at];

        bool IsBefore(WhyInstance one)
        {
            if (one.Id != id) return one.Id < id;
            return one.Instance < instance || (one.Instance == instance && one.WasWithdrawn);
        }
    }
}
