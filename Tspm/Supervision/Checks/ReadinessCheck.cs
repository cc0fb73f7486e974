using Tspm.Model.Config;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Probes one child until it is ready or its start timeout is over. The first attempts follow quickly, because most
/// programs are ready soon; later ones come once a second.
/// </summary>
internal sealed class ReadinessCheck(
    SupervisionServices services, IInstance process, ChildRun run, Action ready, Action<string> late) : IDisposable
{
    static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromSeconds(1);

    /// <summary>How long an adopted child may still take if its start timeout passed while no daemon ran.</summary>
    static readonly TimeSpan MinimumAfterAdoption = TimeSpan.FromSeconds(1);

    readonly IProbe? _probe = services.Probes.Make(run.Ready!, process.Plans, run, services);
    readonly TimeSpan _limit =
        TimeSpan.FromMilliseconds(run.StartTimeoutMs ?? Probe.DefaultStartTimeout.TotalMilliseconds);
    TimeSpan _delay = FirstDelay;
    IDisposable? _deadline, _next, _attempt;
    bool _ended;

    public void Begin()
    {
        var left = run.StartedAtMonotonic + _limit - services.Timers.Now;
        var least = _limit < MinimumAfterAdoption ? _limit : MinimumAfterAdoption;
        _deadline = services.Timers.After(left > least ? left : least, Late);
        if (_probe is not null) Attempt();
    }

    public void Dispose()
    {
        _ended = true;
        _deadline?.Dispose();
        _next?.Dispose();
        _attempt?.Dispose();
    }

    void Attempt()
    {
        _attempt?.Dispose();
        // Log and delay probes have no time limit except the start timeout.
        var limit = run.Ready is { Log: null, DelayMs: null } ? Probe.DefaultTimeout : (TimeSpan?)null;
        _attempt = new ProbeAttempt(services, _probe!, limit, OnAnswer);
    }

    void OnAnswer(string? problem)
    {
        if (_ended) return;
        // Clears the previous problem after a good answer.
        if (process.Current == run)
            process.SetProbeAnswer(run.Health is null ? null : process.View.Health, problem);
        else run.ProbeProblem = problem;
        if (problem is null)
        {
            ready();
            return;
        }
        _next = services.Timers.After(_delay, Attempt);
        _delay = _delay * 2 < MaxDelay ? _delay * 2 : MaxDelay;
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
                ? "it did not send READY=1"
                : run.Ready.Log is not null ? "no line of its log matched" : null);
        late($"not ready within {ProbeText.Time(_limit)}{(why is null ? "" : ": " + why)}");
    }
}
