using Tspm.Model.Config;

namespace Tspm.Supervision.Checks;

/// <summary>
/// One question with its time limit: tells once, on the supervisor's thread, unless it is disposed of before.
/// </summary>
internal sealed class ProbeAttempt : IDisposable
{
    readonly Action<string?> _told;
    readonly IDisposable _question;
    readonly IDisposable? _timer;
    bool _over;

    /// <param name="services">For the time and the thread.</param>
    /// <param name="probe">Whom to ask.</param>
    /// <param name="limit">Null: whoever asks gives up by itself.</param>
    /// <param name="told">Null: fine; else why not.</param>
    public ProbeAttempt(MachineServices services, IProbe probe, TimeSpan? limit, Action<string?> told)
    {
        _told = told;
        if (limit is { } time)
            _timer = services.Timers.After(time, () => End($"no answer within {ProbeText.Time(time)}", late: true));
        _question = probe.Look(problem => services.Post(() => End(problem, late: false)));
    }

    public void Dispose()
    {
        _over = true;
        _timer?.Dispose();
        _question.Dispose();
    }

    void End(string? problem, bool late)
    {
        if (_over) return;
        _over = true;
        _timer?.Dispose();
        if (late) _question.Dispose();
        _told(problem);
    }
}
