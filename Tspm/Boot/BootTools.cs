using System.Collections;
using System.Globalization;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Boot;

/// <summary>
/// Runs a program of the service manager. Tests replace it to record the calls and to answer them.
/// </summary>
internal delegate ToolResult ToolRunner(string tool, string[] arguments);

/// <summary>The <see cref="ToolRunner"/> that runs real programs.</summary>
internal static class BootTools
{
    /// <summary>
    /// Generous, because stopping the service takes as long as the longest stop timeout that the user has set.
    /// </summary>
    const int DeadlineMs = 10 * 60 * 1000;

    const int MaxOutputBytes = 64 << 10;

    /// <summary>Used instead of $PATH, which may lack these folders (cron, an empty environment).</summary>
    const string Path = "/usr/bin:/bin:/usr/sbin:/sbin";

    /// <summary>Runs the program and waits for its end; failure is part of the result.</summary>
    /// <exception cref="BootException">The program is missing, cannot be started or does not end in time.</exception>
    public static ToolResult Run(string tool, string[] arguments)
    {
        var (path, missing) = ProgramLookup.Find(tool, "/", Path);
        if (path is null) throw new BootException(missing!.Sentence);
        var result =
            ToolRun.Run(path, [tool, .. arguments], ToolEnvironment(), withErrors: true, DeadlineMs, MaxOutputBytes);
        return result.End switch
        {
            ToolEnd.DidNotStart => throw new BootException($"cannot run {path}: {result.Problem}"),
            ToolEnd.Exited => result,
            _ => throw new BootException($"'{tool} {string.Join(' ', arguments)}' did not end within "
                + $"{DeadlineMs / 60_000} minutes"),
        };
    }

    /// <summary>
    /// The environment of this process, with messages in English and without colours. It contains XDG_RUNTIME_DIR, by
    /// which the user's service manager is found, even if no session has set it (su, cron).
    /// </summary>
    static Dictionary<string, string> ToolEnvironment()
    {
        var environment = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (entry is { Key: string key, Value: string value }) environment[key] = value;
        environment["LC_ALL"] = "C";
        environment["SYSTEMD_COLORS"] = "0";
        environment["SYSTEMD_PAGER"] = "";
        var runtime = string.Create(CultureInfo.InvariantCulture, $"/run/user/{CurrentSystem.UserId}");
        if (!environment.ContainsKey("XDG_RUNTIME_DIR") && Directory.Exists(runtime))
            environment["XDG_RUNTIME_DIR"] = runtime;
        return environment;
    }
}
