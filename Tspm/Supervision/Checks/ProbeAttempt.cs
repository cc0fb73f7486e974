using Tspm.Model.Config;

namespace Tspm.Supervision.Checks;

/// <summary>
/// One attempt of a probe, with a time limit. Answers once, on the supervisor's thread, unless it is disposed of first.
/// </summary>
internal sealed class ProbeAttempt : IDisposable
{
    readonly Action<string?> _answered;
    readonly IDisposable _running;
    readonly IDisposable? _timer;
    bool _over;

    /// <param name="services">Provides the timers and the supervisor's thread.</param>
    /// <param name="probe">The probe to run.</param>
    /// <param name="limit">Null if the caller enforces a limit of its own.</param>
    /// <param name="answered">Called with null for success, otherwise with the reason.</param>
    public ProbeAttempt(MachineServices services, IProbe probe, TimeSpan? limit, Action<string?> answered)
    {
        _answered = answered;
        if (limit is { } time)
            _timer = services.Timers.After(time, () => End($"no answer within {ProbeText.Time(time)}", late: true));
        _running = probe.Run(problem => services.Post(() => End(problem, late: false)));
    }

    public void Dispose()
    {
        _over = true;
        _timer?.Dispose();
        _running.Dispose();
    }

    void End(string? problem, bool late)
    {
        if (_over) return;
        _over = true;
        _timer?.Dispose();
        if (late) _running.Dispose();
        _answered(problem);
    }
}
