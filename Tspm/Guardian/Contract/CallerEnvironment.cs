using System.Collections;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Guardian.Contract;

/// <summary>
/// Environment variables of the guardian's caller that would affect the guardian and the daemon: the time zone,
/// settings of the .NET runtime, the language, the folder for temporary files. They are renamed, so that they have no
/// effect. Processes that get the environment of the caller (<c>daemon --apply</c>, processes of an older Tspm) get
/// them back under their own names.
/// </summary>
internal static class CallerEnvironment
{
    const string Away = "TSPM_CALLER_";

    static readonly string[] Names = ["TMPDIR", "LANG", "LANGUAGE"], Beginnings = ["DOTNET_", "COMPlus_", "LC_"];

    const string Zone = "TZ";

    /// <summary>
    /// Renames the variables; this takes effect for executables that this process becomes or starts. In the foreground,
    /// TZ is kept, because a container or a unit sets it to the time zone of the machine.
    /// </summary>
    /// <param name="isBackground">Whether a command started the guardian because it needed a daemon.</param>
    public static void PutAway(bool isBackground)
    {
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is not { Key: string name, Value: string value }) continue;
            if (!Steers(name) && !(isBackground && name == Zone)) continue;
            _ = Unistd.setenv(Away + name, value, 1);
            _ = Unistd.unsetenv(name);
        }
    }

    /// <summary>Undoes <see cref="PutAway"/>, for an older version that does not know the other names.</summary>
    public static void GiveBack()
    {
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is not { Key: string name, Value: string value }) continue;
            if (!name.StartsWith(Away, StringComparison.Ordinal)) continue;
            _ = Unistd.setenv(name[Away.Length..], value, 1);
            _ = Unistd.unsetenv(name);
        }
    }

    /// <summary>
    /// The environment of the caller, with the original names, and without the variables that a service manager sets
    /// for the daemon alone.
    /// </summary>
    public static Dictionary<string, string> Read()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is not { Key: string name, Value: string value } || ServiceManagerVariables.Contains(name))
                continue;
            environment[name.StartsWith(Away, StringComparison.Ordinal) ? name[Away.Length..] : name] = value;
        }
        return environment;
    }

    static bool Steers(string name)
    {
        if (Array.IndexOf(Names, name) >= 0) return true;
        foreach (var beginning in Beginnings)
            if (name.StartsWith(beginning, StringComparison.Ordinal)) return true;
        return false;
    }
}
