namespace Tspm.Platform.Facts;

/// <summary>
/// How long a reading may take in all, on the monotonic clock. What does not fit into it stays unknown.
/// </summary>
internal sealed class TimeBudget(TimeProvider clock, TimeSpan time)
{
    readonly long _began = clock.GetTimestamp();

    /// <summary>Nothing more is to be begun.</summary>
    public bool IsSpent => clock.GetElapsedTime(_began) >= time;
}
