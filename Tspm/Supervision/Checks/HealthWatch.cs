using System.Globalization;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Checks online children every <c>intervalMs</c> and restarts a child after <c>failures</c> failed checks in a row.
/// With <c>notify</c> the daemon does not ask; the child must report within the interval (WATCHDOG=1, man 3 sd_notify).
/// Costs nothing for processes without a <c>health</c> probe.
/// </summary>
internal sealed class HealthWatch(SupervisionServices services) : IProcessObserver
{
    readonly Dictionary<SupervisedProcess, HealthCheck> _checks = [];

    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        if (process.State.Phase != LifecyclePhase.Online || process.Current is not { Health: not null } run)
        {
            if (_checks.Remove(process, out var ended)) ended.Dispose();
        }
        else if (!_checks.TryGetValue(process, out var present) || present.Run != run || present.Asks != run.Health)
        {
            // A reload has replaced the checked child, or the definition now has another probe.
            present?.Dispose();
            (_checks[process] = new HealthCheck(services, process, run)).Begin();
        }
    }

    /// <summary>
    /// Applies the definition's current health probe to a running child. Earlier log lines do not count for the new
    /// probe.
    /// </summary>
    public static void Refresh(SupervisedProcess process)
    {
        var health = process.Definition.Config.Health;
        if (process.Current is not { } run || ReferenceEquals(run.Health, health)) return;
        run.Health = health;
        (run.IsHealthy, run.ProbeProblem) = (null, null);
        if (health is { Log: not null }) ChildRunFactory.SkipLogSoFar(run);
        process.Publish();
    }

    sealed class HealthCheck(SupervisionServices services, SupervisedProcess process, ChildRun run) : IDisposable
    {
        public ChildRun Run => run;

        public Probe Asks { get; } = run.Health!;

        readonly IProbe? _probe = services.Probes.Make(run.Health!, process.Runs, run, services);
        readonly TimeSpan _interval = TimeOf(run.Health!.IntervalMs, Probe.DefaultInterval);
        readonly TimeSpan _timeout = TimeOf(run.Health!.TimeoutMs, Probe.DefaultTimeout);
        readonly int _maxFailures = run.Health!.Failures ?? Probe.DefaultFailures;
        IDisposable? _next, _attempt;
        int _failures;
        bool _ended;

        public void Begin()
        {
            // An adopted child may have reported while no daemon was listening, so the interval starts now.
            if (_probe is null) run.Messages!.LastWatchdogPing = services.Timers.Now;
            _next = services.Timers.After(_interval, _probe is null ? Listen : Attempt);
        }

        public void Dispose()
        {
            _ended = true;
            _next?.Dispose();
            _attempt?.Dispose();
        }

        void Listen()
        {
            var left = run.Messages!.LastWatchdogPing + _interval - services.Timers.Now;
            if (run.Messages?.IsStopping == true) return;
            if (left > TimeSpan.Zero) _next = services.Timers.After(left, Listen);
            else ReportUnfit(CauseCode.Watchdog, $"no sign of life for {ProbeText.Time(_interval)}");
        }

        void Attempt()
        {
            _attempt?.Dispose();
            _attempt = new ProbeAttempt(services, _probe!, _timeout, OnAnswer);
        }

        void OnAnswer(string? problem)
        {
            if (_ended || run.Messages?.IsStopping == true) return;
            _failures = problem is null ? 0 : _failures + 1;
            process.Published.SetProbeAnswer(problem is null, problem);
            if (_failures < _maxFailures) _next = services.Timers.After(_interval, Attempt);
            else
            {
                ReportUnfit(
                    CauseCode.Health, $"health: {ProbeText.Describe(run.Health!)}: {problem}{InARow(_failures)}");
            }
        }

        void ReportUnfit(string code, string detail) =>
            process.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(code, detail)));

        static string InARow(int count) =>
            count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} times in a row");

        static TimeSpan TimeOf(int? milliseconds, TimeSpan otherwise) =>
            milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : otherwise;
    }
}
