using System.Globalization;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Asks children that are online whether they are well, every <c>intervalMs</c>; so many bad answers in a row and the
/// child is restarted. With <c>notify</c> nobody asks: the child has to give a sign of life within the interval (man 3
/// sd_notify, WATCHDOG=1). Nothing runs for processes without a <c>health</c> probe.
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
            // A reload has put another child in the place of the one that was asked, or another question was defined.
            present?.Dispose();
            (_checks[process] = new HealthCheck(services, process, run)).Begin();
        }
    }

    /// <summary>
    /// Asks a running child by the definition's present question about health; what the log said before is no answer.
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
        readonly int _most = run.Health!.Failures ?? Probe.DefaultFailures;
        IDisposable? _next, _look;
        int _failures;
        bool _ended;

        public void Begin()
        {
            // Who was adopted may have spoken to nobody: from now on.
            if (_probe is null) run.Messages!.LastSignOfLife = services.Timers.Now;
            _next = services.Timers.After(_interval, _probe is null ? Listen : Look);
        }

        public void Dispose()
        {
            _ended = true;
            _next?.Dispose();
            _look?.Dispose();
        }

        void Listen()
        {
            var left = run.Messages!.LastSignOfLife + _interval - services.Timers.Now;
            if (run.Messages?.IsLeaving == true) return;
            if (left > TimeSpan.Zero) _next = services.Timers.After(left, Listen);
            else Unfit(CauseCode.Watchdog, $"no sign of life for {ProbeText.Time(_interval)}");
        }

        void Look()
        {
            _look?.Dispose();
            _look = new ProbeAttempt(services, _probe!, _timeout, Told);
        }

        void Told(string? problem)
        {
            if (_ended || run.Messages?.IsLeaving == true) return;
            _failures = problem is null ? 0 : _failures + 1;
            process.Published.SetProbeAnswer(problem is null, problem);
            if (_failures < _most) _next = services.Timers.After(_interval, Look);
            else
            {
                Unfit(CauseCode.Health, $"health: {ProbeText.Describe(run.Health!)}: {problem}{InARow(_failures)}");
            }
        }

        void Unfit(string code, string detail) =>
            process.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(code, detail)));

        static string InARow(int count) =>
            count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} times in a row");

        static TimeSpan TimeOf(int? milliseconds, TimeSpan otherwise) =>
            milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : otherwise;
    }
}
