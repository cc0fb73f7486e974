using System.Globalization;
using Tspm.Events;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Why;

/// <summary>One end of a child, or a start that failed, with what other events say of it.</summary>
internal sealed class WhyExit(ProcessEvent happened)
{
    public ProcessEvent Event => happened;

    /// <summary>It had not ended in time after its stop signal.</summary>
    public bool WasKilled { get; set; }

    /// <summary>What it left behind and what had to be killed; null: nothing.</summary>
    public string? Leftovers { get; set; }

    /// <summary>The kernel's own words.</summary>
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
                $"{when} (the new child of a reload, beside pid {happened.OtherPid})");
        }
    }

    /// <summary>Why, for people: nothing but what was observed.</summary>
    public string Words
    {
        get
        {
            var why = OutOfMemory is { } kernel ? $"out of memory: {kernel}" : Cause switch
            {
                _ when EventText.IsOfNewChild(happened) => NewChild,
                CauseCode.Crash or CauseCode.Exit => happened.Signal is null ? "by itself" : "not by Tspm",
                CauseCode.Background => $"it {happened.Reason}",
                _ => happened.Reason is { } reason ? reason + By : "the cause is not known",
            };
            if (WasKilled) why += "; it did not end in time and was killed";
            return Leftovers is { } left ? $"{why}; left behind and killed: {left}" : why;
        }
    }
}

/// <summary>One instance: how it is, and how its children ended, the newest first.</summary>
internal sealed class WhyInstance(int id, int instance, int shown)
{
    public int Id => id;

    public int Instance => instance;

    public string Name { get; set; } = "";

    /// <summary>Null: no daemon says it.</summary>
    public ProcessStatus? Status { get; set; }

    /// <summary>A daemon answers, and the process is not defined any more.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>It could not be started, and its id is free for another process.</summary>
    public bool WasWithdrawn { get; private set; }

    /// <summary>The number of its newest event; 0: it has none.</summary>
    public long LastSeq { get; private set; }

    public List<WhyExit> Exits { get; } = [];

    public WhyExit? NewestExit => Exits.Count > 0 ? Exits[0] : null;

    public ProcessEvent? Newest => NewestExit?.Event;

    public List<string> LastLines { get; set; } = [];

    /// <summary>Since the last run that stayed up; null: no such run is known.</summary>
    public RunChanges? Changes { get; set; }

    /// <summary>Null: no daemon says it.</summary>
    public ProcessConfig? Config { get; set; }

    /// <summary>The pid that did not end in time.</summary>
    int? _killed;

    static string? Joined(string? before, string? more) => before is null ? more : $"{before}, {more}";

    /// <summary>In the order in which they came.</summary>
    public void Add(ProcessEvent happened)
    {
        (Name, LastSeq) = (happened.Name ?? Name, happened.Seq);
        if (happened.Kind == EventKind.Withdrawn) WasWithdrawn = true;
        if (happened.Kind == EventKind.Killed) _killed = happened.Pid;
        if (happened.Kind == EventKind.OutOfMemory)
            foreach (var exit in Exits)
                if (exit.Event.RunId == happened.RunId) exit.OutOfMemory = happened.Reason ?? "";
        if (happened.Kind == EventKind.Leftovers)
            foreach (var exit in Exits)
                if (exit.Event.RunId == happened.RunId) exit.Leftovers = Joined(exit.Leftovers, happened.Reason);
        if (happened.Kind is not (EventKind.Exited or EventKind.Failed)) return;
        Exits.Insert(0, new WhyExit(happened) { WasKilled = _killed is not null && _killed == happened.Pid });
        KeepNewest(shown);
    }

    public void KeepNewest(int count)
    {
        if (Exits.Count > count) Exits.RemoveRange(count, Exits.Count - count);
    }
}

/// <summary>
/// The answer to <c>why</c>: by instance, in order; those that are gone come last, the newest first.
/// </summary>
/// <param name="shown">Most exits of each instance, together with those of gone ones that had its name.</param>
internal sealed class WhyReport(int shown = WhyReport.DefaultExits)
{
    /// <summary>Exits shown of each instance unless told otherwise.</summary>
    public const int DefaultExits = 5;

    readonly List<WhyInstance> _instances = [];

    public IReadOnlyList<WhyInstance> Instances => _instances;

    public void Add(ProcessEvent happened)
    {
        if (happened is { Id: { } id, Instance: { } instance }) Of(id, instance).Add(happened);
    }

    public void Add(ProcessStatus status)
    {
        var instance = Of(status.Id, status.Instance);
        (instance.Name, instance.Status) = (status.Name, status);
    }

    /// <summary>All events have been added: what is not there any more is marked and goes last, and exits that are too
    /// many go.</summary>
    /// <param name="isThere">Is this process defined? Null: it is not known of any.</param>
    public void Complete(Func<WhyInstance, bool>? isThere)
    {
        foreach (var instance in _instances)
            instance.IsDeleted = instance.WasWithdrawn || isThere?.Invoke(instance) == false;
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

    /// <summary>To a person, the processes that had a name one after the other are one and the same.</summary>
    void Limit()
    {
        var left = new Dictionary<(string, int), int>();
        var kept = new List<WhyInstance>(_instances.Count);
        foreach (var instance in _instances)
        {
            var key = (instance.Name, instance.Instance);
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

    WhyInstance Of(int id, int instance)
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
