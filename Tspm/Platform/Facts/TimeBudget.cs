namespace Tspm.Platform.Facts;

/// <summary>
/// Limits how long a reading may take, measured with the monotonic clock. Facts that do not fit in stay unknown.
/// </summary>
internal sealed class TimeBudget(TimeProvider clock, TimeSpan time)
{
    readonly long _began = clock.GetTimestamp();

    /// <summary>Whether the time is up, so that nothing more may be begun.</summary>
    public bool IsSpent => clock.GetElapsedTime(_began) >= time;
}
