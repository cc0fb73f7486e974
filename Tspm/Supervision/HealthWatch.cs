using System.Globalization;
using Tspm.Model;
using Tspm.Supervision.Probes;

namespace Tspm.Supervision;

/// <summary>
/// Asks children that are online whether they are well, every <c>intervalMs</c>; so many bad answers in a row and the child is restarted. With <c>notify</c> nobody asks: the child has to give a sign of
/// life within the interval (man 3 sd_notify, WATCHDOG=1). Nothing runs for processes without a <c>health</c> probe.
/// </summary>
internal sealed class HealthWatch(SupervisionServices services)
{
    readonly Dictionary<SupervisedProcess, Vigil> _vigils = [];

    public void OnChanged(SupervisedProcess cell)
    {
        if (cell.State.Phase != LifecyclePhase.Online || cell.Run is not { Health: not null } run)
        {
            if (_vigils.Remove(cell, out var ended)) ended.Dispose();
        }
        else if (!_vigils.TryGetValue(cell, out var present) || present.Run != run || present.Asks != run.Health)
        {
            // A reload has put another child in the place of the one that was asked, or another question was defined.
            present?.Dispose();
            (_vigils[cell] = new Vigil(services, cell, run)).Begin();
        }
    }

    sealed class Vigil(SupervisionServices services, SupervisedProcess cell, Run run) : IDisposable
    {
        public Run Run => run;

        public Probe Asks { get; } = run.Health!;

        readonly IProbe? _probe = services.Probes.Make(run.Health!, cell, run, services);
        readonly TimeSpan _interval = TimeOf(run.Health!.IntervalMs, Probe.DefaultInterval);
        readonly TimeSpan _timeout = TimeOf(run.Health!.TimeoutMs, Probe.DefaultTimeout);
        readonly int _most = run.Health!.Failures ?? Probe.DefaultFailures;
        IDisposable? _next, _look;
        int _failures;
        bool _ended;

        public void Begin()
        {
            // Who was adopted may have spoken to nobody: from now on.
            if (_probe is null) run.LastSignOfLife = services.Timers.Now;
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
            var left = run.LastSignOfLife + _interval - services.Timers.Now;
            if (run.IsLeaving) return;
            if (left > TimeSpan.Zero) _next = services.Timers.After(left, Listen);
            else Unfit(CauseCode.Watchdog, $"no sign of life for {ProbeText.Time(_interval)}");
        }

        void Look()
        {
            _look?.Dispose();
            _look = new ProbeLook(services, _probe!, _timeout, Told);
        }

        void Told(string? problem)
        {
            if (_ended || run.IsLeaving) return;
            _failures = problem is null ? 0 : _failures + 1;
            cell.Found(problem is null, problem);
            if (_failures < _most) _next = services.Timers.After(_interval, Look);
            else
            {
                Unfit(CauseCode.Health, $"health: {ProbeText.Describe(run.Health!)}: {problem}{InARow(_failures)}");
            }
        }

        void Unfit(string code, string detail) =>
            cell.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(code, detail)));

        static string InARow(int count) => count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} times in a row");

        static TimeSpan TimeOf(int? milliseconds, TimeSpan otherwise) => milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : otherwise;
    }
}
