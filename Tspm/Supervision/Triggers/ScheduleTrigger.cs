using Microsoft.Extensions.Logging;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// Does what <c>schedule</c> says when its time has come. <c>restart</c>: what is up gets a new child; armed while the
/// desired state is up. <c>start</c>: a job, as a systemd timer has it: it runs at its times whatever became of the
/// last run, is stopped in between, and is not started with the daemon; armed from its definition until <c>enabled</c>
/// is false, and so a stop ends a run and not the schedule. Times that pass while no daemon runs are not made up for.
/// One timer for all; nothing runs without a schedule that is armed.
/// </summary>
internal sealed class ScheduleTrigger(SupervisionServices services, ProcessTable table) : IDisposable
{
    /// <summary>
    /// The clock on the wall may be set, and stands still for nobody while the machine sleeps: it is looked at so often
    /// at least.
    /// </summary>
    static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A clock that is put back by no more does not bring back what was done already. cron does the same.
    /// </summary>
    static readonly TimeSpan LongestCorrection = TimeSpan.FromHours(3);

    readonly Dictionary<SupervisedProcess, Entry> _entries = [];
    IDisposable? _timer;
    DateTimeOffset _lastSeen;
    bool _refreshing, _ended;

    sealed class Entry(ScheduleConfig config, CronTimes times)
    {
        public ScheduleConfig Config => config;
        public CronTimes Times => times;
        public DateTimeOffset? Next { get; set; }
        public DateTimeOffset? Done { get; set; }

        /// <summary>Something is to be done at <see cref="Next"/>.</summary>
        public bool IsArmed { get; set; }

        public Cause Cause => Cause.Observed(CauseCode.Schedule, config.Cron ?? "");
    }

    public void Dispose()
    {
        _ended = true;
        _timer?.Dispose();
    }

    /// <summary>Of the daemon, with all its children: what was to follow one of them does not.</summary>
    public void End()
    {
        Dispose();
        foreach (var cell in table.Cells) cell.Journal.IsRunQueued = false;
    }

    /// <summary>Definitions came, went or changed: looked at when the present work is done, once for many.</summary>
    public void OnRearranged()
    {
        if (_refreshing || _ended) return;
        _refreshing = true;
        services.Post(Refresh);
    }

    public void OnChanged(SupervisedProcess cell)
    {
        if (_ended || !_entries.TryGetValue(cell, out var entry)) return;
        if (cell.Journal.IsRunQueued) StartQueued(cell, entry);
        if (entry.IsArmed != IsToBeArmed(cell)) OnRearranged();
    }

    static bool IsToBeArmed(SupervisedProcess cell)
    {
        var definition = cell.Definition;
        return definition.Config.IsJob ? definition.IsEnabled : cell.State.Desired == DesiredState.Up;
    }

    static void StartQueued(SupervisedProcess cell, Entry entry)
    {
        if (cell.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored)) return;
        cell.Journal.IsRunQueued = false;
        cell.Handle(new LifecycleEvent.StartRequested(entry.Cause));
    }

    /// <summary>By the user: what was to follow does not.</summary>
    public static void OnStopAsked(SupervisedProcess cell) => cell.Journal.IsRunQueued = false;

    void Refresh()
    {
        _refreshing = false;
        if (_ended) return;
        var now = Now();
        foreach (var (cell, entry) in _entries)
        {
            if (table.Find(cell.Key) == cell && ScheduleOf(cell) == entry.Config)
            {
                if (entry.IsArmed != IsToBeArmed(cell)) Plan(cell, entry, now);
                continue;
            }
            _entries.Remove(cell); // does not disturb going through
            cell.Published.SetNextRun(null);
            cell.Journal.IsRunQueued = false;
        }
        foreach (var cell in table.Cells)
        {
            if (ScheduleOf(cell) is not { Cron: { } cron } config || _entries.ContainsKey(cell)) continue;
            if (CronTimes.Of(cron, config.TimeZone) is { } times)
            {
                var entry = _entries[cell] = new Entry(config, times);
                Plan(cell, entry, now);
                // What an earlier daemon queued, when its child has ended without any.
                if (cell.Journal.IsRunQueued) StartQueued(cell, entry);
            }
            else
                services.Log.LogWarning("{Name}: its schedule is not understood on this machine, and is not kept",
                    cell.Definition.Name);
        }
        Arm(now);
    }

    static ScheduleConfig? ScheduleOf(SupervisedProcess cell) =>
        cell.IsSurplus || cell.Definition is { Config.IsJob: true, IsEnabled: false }
            ? null : cell.Definition.Config.Schedule;

    static void Plan(SupervisedProcess cell, Entry entry, DateTimeOffset now)
    {
        var after = entry.Done is { } done && done > now && done - now <= LongestCorrection ? done : now;
        entry.IsArmed = IsToBeArmed(cell);
        entry.Next = entry.IsArmed ? entry.Times.After(after) : null;
        cell.Published.SetNextRun(entry.Next);
    }

    void Arm(DateTimeOffset now)
    {
        _timer?.Dispose();
        _timer = null;
        DateTimeOffset? first = null;
        foreach (var entry in _entries.Values)
            if (entry.Next is { } next && (first is null || next < first)) first = next;
        if (first is not { } due) return;
        var wait = due - now;
        _timer = services.Timers
            .After(wait < LongestSleep ? wait > TimeSpan.Zero ? wait : TimeSpan.Zero : LongestSleep, Look);
    }

    void Look()
    {
        if (_ended) return;
        var before = _lastSeen;
        var now = Now();
        foreach (var cell in new List<SupervisedProcess>(_entries.Keys))
        {
            var entry = _entries[cell];
            var isDue = entry.Next <= now;
            if (isDue) entry.Done = entry.Next;
            if (isDue || now < before) Plan(cell, entry, now);
            if (isDue) Do(cell, entry);
        }
        Arm(now);
    }

    DateTimeOffset Now() => _lastSeen = services.Clock.GetUtcNow();

    void Do(SupervisedProcess cell, Entry entry)
    {
        var phase = cell.State.Phase;
        if (entry.Config.Action == ScheduleConfig.Start) Run(cell, entry, phase);
        else if (TriggerSet.IsUp(cell.State)
            && phase is LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Waiting
                or LifecyclePhase.Errored)
            _ = cell.Restart(new LifecycleEvent.RestartRequested(entry.Cause));
    }

    void Run(SupervisedProcess cell, Entry entry, LifecyclePhase phase)
    {
        if (phase is LifecyclePhase.Stopped or LifecyclePhase.Errored)
            cell.Handle(new LifecycleEvent.StartRequested(entry.Cause));
        else if (entry.Config.Overlap == ScheduleConfig.Kill)
            _ = cell.Restart(new LifecycleEvent.RestartRequested(entry.Cause));
        else if (entry.Config.Overlap == ScheduleConfig.Queue) cell.Journal.IsRunQueued = phase != LifecyclePhase.Held;
        else
            services.Log.LogInformation("{Name}: its last run is not over, this time is skipped ({Cause})",
                cell.Definition.Name, CauseText.Of(entry.Cause));
    }
}
