namespace Tspm.Storage;

/// <summary>Every path of the home folder (BEHAVIOUR.md section 2).</summary>
internal sealed record TspmHome(string Path)
{
    public string SocketPath => System.IO.Path.Combine(Path, "tspm.sock");

    public string ProcessesFile => System.IO.Path.Combine(Path, "processes.json");

    /// <summary><c>$TSPM_HOME</c>, else <c>$HOME/.tspm</c>, else the passwd entry's.</summary>
    public static TspmHome Resolve()
    {
        if (Environment.GetEnvironmentVariable("TSPM_HOME") is { Length: > 0 } said) return new TspmHome(System.IO.Path.GetFullPath(said));
        var user = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new TspmHome(System.IO.Path.Combine(user, ".tspm"));
    }
}
