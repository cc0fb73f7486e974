namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Runs an open executable and reads what it prints about itself. It gets the environment of this process, because the
/// purpose is to find out whether it runs here.
/// </summary>
internal static class ProbeRun
{
    const int DeadlineMs = 5_000;

    /// <summary>A longer output cannot be the expected answer.</summary>
    const int MostBytes = 16 << 10;

    /// <summary>
    /// Runs the executable with one argument.
    /// </summary>
    /// <returns>
    /// The output if it exited with 0; otherwise a problem that completes a sentence about the executable.
    /// </returns>
    public static (string? Output, string? Problem) Run(int executable, string name, string word)
    {
        var result = ToolRun.Run($"/proc/self/fd/{executable}", [name, word], environment: null, withErrors: false,
            DeadlineMs, MostBytes);
        return result.End switch
        {
            ToolEnd.DidNotStart => (null, $"does not run: {result.Problem}"),
            ToolEnd.TooLate => (null, $"did not answer within {DeadlineMs / 1000} s"),
            ToolEnd.TooMuch => (null, "printed more than an answer"),
            _ when result.IsSuccess => (result.Output, null),
            _ => (null, $"{result.Status} when it was asked for its version"),
        };
    }
}
