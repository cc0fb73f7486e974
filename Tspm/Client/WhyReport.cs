using System.Globalization;
using Tspm.Logs.Events;
using Tspm.Model;

namespace Tspm.Client;

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

    public List<WhyExit> Exits { get; } = [];

    public WhyExit? NewestExit => Exits.Count > 0 ? Exits[0] : null;

    public ProcessEvent? Newest => NewestExit?.Event;

    public List<string> LastLines { get; set; } = [];

    /// <summary>Since the last run that stayed up; null: no such run is known.</summary>
    public RunChanges? Changes { get; set; }

    /// <summary>The pid that did not end in time.</summary>
    int? _killed;

    static string? Joined(string? before, string? more) => before is null ? more : $"{before}, {more}";

    /// <summary>In the order in which they came.</summary>
    public void Add(ProcessEvent happened)
    {
        Name = happened.Name ?? Name;
        if (happened.Kind == EventKind.Killed) _killed = happened.Pid;
        if (happened.Kind == EventKind.OutOfMemory)
            foreach (var exit in Exits)
                if (exit.Event.RunId == happened.RunId) exit.OutOfMemory = happened.Reason ?? "";
        if (happened.Kind == EventKind.Leftovers)
            foreach (var exit in Exits)
                if (exit.Event.RunId == happened.RunId) exit.Leftovers = Joined(exit.Leftovers, happened.Reason);
        if (happened.Kind is not (EventKind.Exited or EventKind.Failed)) return;
        Exits.Insert(0, new WhyExit(happened) { WasKilled = _killed is not null && _killed == happened.Pid });
        if (Exits.Count > shown) Exits.RemoveAt(shown);
    }
}

/// <summary>The answer to <c>why</c>: by instance, in order; those that were deleted come last.</summary>
/// <param name="shown">Most exits of each instance.</param>
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

    /// <summary>All that is there has been added: what has no state is gone.</summary>
    public void MarkDeleted()
    {
        foreach (var instance in _instances) instance.IsDeleted = instance.Status is null;
        WhyInstance[] gone = [.. _instances.Where(static one => one.IsDeleted)];
        _instances.RemoveAll(static one => one.IsDeleted);
        _instances.AddRange(gone);
    }

    public WhyInstance? Find(int id, int instance) => _instances.Find(one => one.Id == id && one.Instance == instance);

    WhyInstance Of(int id, int instance)
    {
        var at = 0;
        while (at < _instances.Count && (_instances[at].Id < id || (_instances[at].Id == id && _instances[at].Instance < instance))) at++;
        if (at == _instances.Count || _instances[at].Id != id || _instances[at].Instance != instance)
            _instances.Insert(at, new WhyInstance(id, instance, shown));
        return _instances[at];
    }
}
