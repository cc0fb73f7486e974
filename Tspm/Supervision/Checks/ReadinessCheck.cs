using Tspm.Model.Config;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Asks one child whether it is ready, until it is or its time is over. The first questions follow each other quickly,
/// because most are ready soon; then once a second.
/// </summary>
internal sealed class ReadinessCheck(
    SupervisionServices services, IInstance process, ChildRun run, Action ready, Action<string> late) : IDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>A child whose time ran out while no daemon looked gets so much to answer all the same.</summary>
    static readonly TimeSpan LeastAfterAdoption = TimeSpan.FromSeconds(1);

    readonly IProbe? _probe = services.Probes.Make(run.Ready!, process.Plans, run, services);
    readonly TimeSpan _limit =
        TimeSpan.FromMilliseconds(run.StartTimeoutMs ?? Probe.DefaultStartTimeout.TotalMilliseconds);
    TimeSpan _pause = FirstPause;
    IDisposable? _deadline, _next, _look;
    bool _ended;

    public void Begin()
    {
        var left = run.StartedAtMonotonic + _limit - services.Timers.Now;
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
        _look = new ProbeAttempt(services, _probe!, limit, Told);
    }

    void Told(string? problem)
    {
        if (_ended) return;
        // What was wrong until now is not shown beside a good answer.
        if (process.Current == run)
            process.SetProbeAnswer(run.Health is null ? null : process.View.Health, problem);
        else run.ProbeProblem = problem;
        if (problem is null)
        {
            ready();
            return;
        }
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
        var why = run.ProbeProblem
            ?? (run.Ready!.Notify is not null
                ? "it did not say READY=1"
                : run.Ready.Log is not null ? "no line of its log matched" : null);
        late($"not ready within {ProbeText.Time(_limit)}{(why is null ? "" : ": " + why)}");
    }
}
