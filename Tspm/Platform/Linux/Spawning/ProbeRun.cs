namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Runs an executable that is open for what it prints about itself. It gets this process's environment, because what is
/// to be found out is whether it runs here.
/// </summary>
internal static class ProbeRun
{
    const int DeadlineMs = 5_000;

    /// <summary>More than that is not what we asked for.</summary>
    const int MostBytes = 16 << 10;

    /// <summary>
    /// What it printed before it exited with 0; or, in words that go on a sentence about it, what it did instead.
    /// </summary>
    public static (string? Output, string? Problem) Run(int executable, string name, string word)
    {
        var result = ToolRun
            .Run($"/proc/self/fd/{executable}", [name, word], environment: null, withErrors: false, DeadlineMs,
                MostBytes);
        return result.End switch
        {
            ToolEnd.DidNotStart => (null, $"does not run: {result.Problem}"),
            ToolEnd.TooLate => (null, $"did not answer within {DeadlineMs / 1000} s"),
            ToolEnd.TooMuch => (null, "printed more than an answer"),
            _ =>
                result.IsSuccess ? (result.Output, null) : (null, $"{result.Status} when it was asked for its version"),
        };
    }
}
