using System.Collections;
using System.Globalization;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Boot;

/// <summary>
/// Runs a program of the service manager: its name, and its arguments. The tests' place to listen and to answer.
/// </summary>
internal delegate ToolResult ToolRunner(string tool, string[] arguments);

/// <summary>The real one.</summary>
internal static class BootTools
{
    /// <summary>Stopping all programs takes as long as the longest stop timeout, which is the user's choice.</summary>
    const int DeadlineMs = 10 * 60 * 1000;

    const int MostBytes = 64 << 10;

    /// <summary>Where these programs are, also for who has no such PATH (cron, a bare environment).</summary>
    const string Path = "/usr/bin:/bin:/usr/sbin:/sbin";

    /// <exception cref="BootException">It is not there, or does not end.</exception>
    public static ToolResult Run(string tool, string[] arguments)
    {
        var (path, missing) = ProgramLookup.Find(tool, "/", Path);
        if (path is null) throw new BootException(missing!.Sentence);
        var result = ToolRun.Run(path, [tool, .. arguments], Surroundings(), withErrors: true, DeadlineMs, MostBytes);
        return result.End switch
        {
            ToolEnd.DidNotStart => throw new BootException($"cannot run {path}: {result.Problem}"),
            ToolEnd.Exited => result,
            _ =>
                throw new BootException($"'{tool} {string.Join(' ', arguments)}' did not end within "
                    + $"{DeadlineMs / 60_000} minutes"),
        };
    }

    /// <summary>
    /// Of this process, in the language that is expected; the user's service manager is found also where no session has
    /// told of it (su, cron).
    /// </summary>
    static Dictionary<string, string> Surroundings()
    {
        var environment = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (entry is { Key: string key, Value: string value }) environment[key] = value;
        (environment["LC_ALL"], environment["SYSTEMD_COLORS"], environment["SYSTEMD_PAGER"]) = ("C", "0", "");
        var runtime = string.Create(CultureInfo.InvariantCulture, $"/run/user/{CurrentSystem.UserId}");
        if (!environment.ContainsKey("XDG_RUNTIME_DIR") && Directory.Exists(runtime))
            environment["XDG_RUNTIME_DIR"] = runtime;
        return environment;
    }
}
