using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Becomes another user's program: nothing that this process does for him afterwards is done with root's rights in
/// folders that are his.
/// </summary>
internal static unsafe class AsUser
{
    /// <summary>
    /// Executes this executable as the user, with what a login gives and nothing of the present environment but PATH
    /// and language. Comes back only when that failed: with the sentence.
    /// </summary>
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

    /// <summary>The number of a user; null: there is none.</summary>
    public static uint? IdOf(string user) => Pwd.getpwnam(user)?.Uid;
}
