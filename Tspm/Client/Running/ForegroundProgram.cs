using Tspm.Platform.Linux.Spawning;

namespace Tspm.Client.Running;

/// <summary>Runs another program on the user's terminal, such as a pager, until it ends.</summary>
internal static class ForegroundProgram
{
    /// <summary>Looks the program up in the PATH and waits until it ends. Its exit code does not matter.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <returns>Null, or a sentence that says why it cannot be run.</returns>
    public static string? Run(IReadOnlyList<string> words)
    {
        var (path, failure) = ProgramLookup.Find(words[0], "/", Environment.GetEnvironmentVariable("PATH"));
        if (path is null) return failure?.Sentence;
        var started = PosixSpawner.Start(
            new PosixSpawnRequest { Path = path, Arguments = [.. words], ResetsSignals = true });
        if (!started.IsStarted) return started.Reason;
        ChildEnd.Wait(started.Pid);
        return null;
    }
}
