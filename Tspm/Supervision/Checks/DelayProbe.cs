namespace Tspm.Supervision.Checks;

/// <summary>Has it lived so long?</summary>
internal sealed class DelayProbe(TimerQueue timers, TimeSpan delay) : IProbe
{
    public IDisposable Look(Action<string?> told) => timers.After(delay, () => told(null));
}
