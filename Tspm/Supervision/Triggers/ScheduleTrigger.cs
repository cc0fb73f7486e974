using Microsoft.Extensions.Logging;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// Carries out <c>schedule</c>. <c>restart</c> gives a running process a new child at each time; it is armed while the
/// desired state is up. <c>start</c> makes the process a job, like a systemd timer: it runs at each time whatever the
/// result of the last run, is stopped in between, and is not started with the daemon. A job is armed from its
/// definition until <c>enabled</c> is false, so a stop ends a run but not the schedule. Times that pass while no daemon
/// runs are skipped. One timer serves all schedules; nothing runs without an armed one.
/// </summary>
internal sealed class ScheduleTrigger(SupervisionServices services, ProcessTable table) : IDisposable
{
    /// <summary>
    /// The longest time between two looks at the wall clock, which may be set, and moves on while the machine sleeps.
    /// </summary>
    static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A clock that is set back by no more than this does not repeat what was done already, as with cron.
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

        /// <summary>Whether something is to be done at <see cref="Next"/>.</summary>
        public bool IsArmed { get; set; }

        public Cause Cause => Cause.Observed(CauseCode.Schedule, config.Cron ?? "");
    }

    public void Dispose()
    {
        _ended = true;
        _timer?.Dispose();
    }

    /// <summary>Called when the daemon shuts down and stops all children: queued runs are dropped.</summary>
    public void End()
    {
        Dispose();
        foreach (var process in table.Processes) process.Journal.IsRunQueued = false;
    }

    /// <summary>
    /// Called when definitions or instances are added, removed or changed; refreshes once for all changes of the
    /// current work.
    /// </summary>
    public void OnDefinitionsChanged()
    {
        if (_refreshing || _ended) return;
        _refreshing = true;
        services.Post(Refresh);
    }

    public void OnChanged(SupervisedProcess process)
    {
        if (_ended || !_entries.TryGetValue(process, out var entry)) return;
        if (process.Journal.IsRunQueued) StartQueued(process, entry);
        if (entry.IsArmed != IsToBeArmed(process)) OnDefinitionsChanged();
    }

    static bool IsToBeArmed(SupervisedProcess process)
    {
        var definition = process.Definition;
        return definition.Config.IsJob ? definition.IsEnabled : process.State.Desired == DesiredState.Up;
    }

    static void StartQueued(SupervisedProcess process, Entry entry)
    {
        if (process.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored)) return;
        process.Journal.IsRunQueued = false;
        process.Handle(new LifecycleEvent.StartRequested(entry.Cause));
    }

    /// <summary>Called when a user stops a process: a queued run is dropped.</summary>
    public static void OnStopRequested(SupervisedProcess process) => process.Journal.IsRunQueued = false;

    void Refresh()
    {
        _refreshing = false;
        if (_ended) return;
        var now = Now();
        foreach (var (process, entry) in _entries)
        {
            if (table.Find(process.Key) == process && ScheduleOf(process) == entry.Config)
            {
                if (entry.IsArmed != IsToBeArmed(process)) Plan(process, entry, now);
                continue;
            }
            _entries.Remove(process); // allowed during enumeration
            process.Published.SetNextRun(null);
            process.Journal.IsRunQueued = false;
        }
        foreach (var process in table.Processes)
        {
            if (ScheduleOf(process) is not { Cron: { } cron } config || _entries.ContainsKey(process)) continue;
            if (CronTimes.TryCreate(cron, config.TimeZone) is { } times)
            {
                var entry = _entries[process] = new Entry(config, times);
                Plan(process, entry, now);
                // A run that an earlier daemon queued, if the child ended while there was no daemon.
                if (process.Journal.IsRunQueued) StartQueued(process, entry);
            }
            else
                services.Log.LogWarning("{Name}: its schedule cannot be used on this machine and is ignored",
                    process.Definition.Name);
        }
        Arm(now);
    }

    static ScheduleConfig? ScheduleOf(SupervisedProcess process) =>
        process.IsSurplus || process.Definition is { Config.IsJob: true, IsEnabled: false }
            ? null : process.Definition.Config.Schedule;

    static void Plan(SupervisedProcess process, Entry entry, DateTimeOffset now)
    {
        var after = entry.Done is { } done && done > now && done - now <= LongestCorrection ? done : now;
        entry.IsArmed = IsToBeArmed(process);
        entry.Next = entry.IsArmed ? entry.Times.After(after) : null;
        process.Published.SetNextRun(entry.Next);
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
            .After(wait < LongestSleep ? wait > TimeSpan.Zero ? wait : TimeSpan.Zero : LongestSleep, RunDue);
    }

    void RunDue()
    {
        if (_ended) return;
        var before = _lastSeen;
        var now = Now();
        foreach (var process in new List<SupervisedProcess>(_entries.Keys))
        {
            var entry = _entries[process];
            var isDue = entry.Next <= now;
            if (isDue) entry.Done = entry.Next;
            if (isDue || now < before) Plan(process, entry, now);
            if (isDue) Do(process, entry);
        }
        Arm(now);
    }

    DateTimeOffset Now() => _lastSeen = services.Clock.GetUtcNow();

    void Do(SupervisedProcess process, Entry entry)
    {
        var phase = process.State.Phase;
        if (entry.Config.Action == ScheduleConfig.Start) Run(process, entry, phase);
        else if (TriggerSet.IsUp(process.State)
            && phase is LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Waiting
                or LifecyclePhase.Errored)
            _ = process.Restart(new LifecycleEvent.RestartRequested(entry.Cause));
    }

    void Run(SupervisedProcess process, Entry entry, LifecyclePhase phase)
    {
        if (phase is LifecyclePhase.Stopped or LifecyclePhase.Errored)
            process.Handle(new LifecycleEvent.StartRequested(entry.Cause));
        else if (entry.Config.Overlap == ScheduleConfig.Kill)
            _ = process.Restart(new LifecycleEvent.RestartRequested(entry.Cause));
        else if (entry.Config.Overlap == ScheduleConfig.Queue)
            process.Journal.IsRunQueued = phase != LifecyclePhase.Held;
        else
            services.Log.LogInformation("{Name}: its last run is still in progress, so this run is skipped ({Cause})",
                process.Definition.Name, CauseText.Describe(entry.Cause));
    }
}
