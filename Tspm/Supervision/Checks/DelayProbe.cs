namespace Tspm.Supervision.Checks;

/// <summary>Succeeds once the child has run for the given time.</summary>
internal sealed class DelayProbe(TimerQueue timers, TimeSpan delay) : IProbe
{
    public IDisposable Run(Action<string?> answered) => timers.After(delay, () => answered(null));
}
