using System.Collections;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Guardian.Contract;

/// <summary>
/// Variables of whoever started the guardian that would steer it and the daemon: the time zone, settings of the .NET
/// runtime, language, the folder for temporary files. They are put away under another
/// name, where nothing acts on them; what is started with the environment of that caller (<c>daemon --apply</c>,
/// processes of an older Tspm) gets them back.
/// </summary>
internal static class CallerEnvironment
{
    const string Away = "TSPM_CALLER_";

    static readonly string[] Names = ["TMPDIR", "LANG", "LANGUAGE"], Beginnings = ["DOTNET_", "COMPlus_", "LC_"];

    const string Zone = "TZ";

    /// <summary>For the next executable that this process becomes or starts. Without a caller in the background the
    /// zone stays: a container or a unit says with TZ where the machine is.</summary>
    /// <param name="isBackground">Some command started it, which needed a daemon.</param>
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

    /// <summary>Undoes <see cref="PutAway"/>: for an older version, which does not know the other names.</summary>
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

    /// <summary>The environment of the caller, as far as it is known, without what a service manager meant for the
    /// daemon alone.</summary>
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
