using Tspm.Model;
using Tspm.Supervision.Probes;

namespace Tspm.Supervision;

/// <summary>
/// Asks children that are starting whether they are ready, until they are or their time is over. The first questions follow each other quickly, because most are ready soon; then once a second.
/// Nothing runs for processes without a <c>ready</c> probe.
/// </summary>
internal sealed class ReadinessWatch(SupervisionServices services)
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>A child whose time ran out while no daemon looked gets so much to answer all the same.</summary>
    static readonly TimeSpan LeastAfterAdoption = TimeSpan.FromSeconds(1);

    readonly Dictionary<SupervisedProcess, Vigil> _vigils = [];

    public void OnChanged(SupervisedProcess cell)
    {
        if (cell.State.Phase != LifecyclePhase.Starting || cell.Run is not { } run)
        {
            if (_vigils.Remove(cell, out var ended)) ended.Dispose();
        }
        else if (!_vigils.ContainsKey(cell))
        {
            if (run.Ready is null) cell.Handle(new LifecycleEvent.BecameReady());
            else (_vigils[cell] = new Vigil(services, cell, run)).Begin();
        }
    }

    sealed class Vigil(SupervisionServices services, SupervisedProcess cell, Run run) : IDisposable
    {
        readonly IProbe? _probe = services.Probes.Make(run.Ready!, cell, run, services);
        readonly TimeSpan _limit = TimeSpan.FromMilliseconds(run.StartTimeoutMs ?? Probe.DefaultStartTimeout.TotalMilliseconds);
        TimeSpan _pause = FirstPause;
        IDisposable? _deadline, _next, _look;
        bool _ended;

        public void Begin()
        {
            var left = cell.State.StartedAt + _limit - services.Timers.Now;
            var least = _limit < LeastAfterAdoption ? _limit : LeastAfterAdoption;
            _deadline = services.Timers.After(left > least ? left : least, Late);
            if (_probe is not null) Look();
        }

        public void Dispose()
        {
            _ended = true;
            _deadline?.Dispose();
            _next?.Dispose();
            _look?.Dispose();
        }

        void Look()
        {
            _look?.Dispose();
            // A log and a delay give up with the start only.
            var limit = run.Ready is { Log: null, DelayMs: null } ? Probe.DefaultTimeout : (TimeSpan?)null;
            _look = new ProbeLook(services, _probe!, limit, Told);
        }

        void Told(string? problem)
        {
            if (_ended) return;
            if (problem is null)
            {
                cell.Handle(new LifecycleEvent.BecameReady());
                return;
            }
            cell.Found(run.Health is null ? null : cell.View.Health, problem);
            _next = services.Timers.After(_pause, Look);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }

        void Late()
        {
            if (run.ExtendedUntil - services.Timers.Now is var more && more > TimeSpan.Zero)
            {
                _deadline = services.Timers.After(more, Late);
                return;
            }
            var why = run.ProbeProblem ?? (run.Ready!.Notify is not null ? "it did not say READY=1" : run.Ready.Log is not null ? "no line of its log matched" : null);
            cell.Handle(new LifecycleEvent.FoundUnfit($"not ready within {ProbeText.Time(_limit)}{(why is null ? "" : ": " + why)}") { Word = EventCause.NotReady });
        }
    }
}
