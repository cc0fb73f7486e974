using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Executes this program as another user, so that nothing it does afterwards in that user's folders is done with root's
/// rights.
/// </summary>
internal static unsafe class AsUser
{
    /// <summary>
    /// Executes this executable as the user, with the environment of a login; only PATH, LANG, TERM and NO_COLOR are
    /// kept.
    /// </summary>
    /// <returns>Returns only on failure: a sentence that says why.</returns>
    public static string Execute(string user, string[] words)
    {
        if (Pwd.getpwnam(user) is not { } entry) return $"there is no user '{user}'";
        if (TargetUser.Become(user, "") is { } refused) return refused.Sentence;
        _ = Unistd.chdir("/");
        var environment = new List<string> { $"HOME={entry.Home}", $"USER={entry.Name}", $"LOGNAME={entry.Name}",
            $"SHELL={entry.Shell}" };
        foreach (var name in new[] { "PATH", "LANG", "TERM", "NO_COLOR" })
            if (Environment.GetEnvironmentVariable(name) is { } value) environment.Add($"{name}={value}");
        using var path = new StringBlock([SelfPath.Value]);
        using var argv = new StringBlock(["tspm", .. words]);
        using var variables = new StringBlock(environment);
        _ = Unistd.execve(path.Pointers[0], argv.Pointers, variables.Pointers);
        return $"cannot execute {SelfPath.Value} as {user}: {Errno.Describe(Errno.Last)}";
    }

    /// <summary>The uid of a user; null if there is no such user.</summary>
    public static uint? IdOf(string user) => Pwd.getpwnam(user)?.Uid;
}
