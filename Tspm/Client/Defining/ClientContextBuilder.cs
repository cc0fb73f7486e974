using System.Collections;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client.Defining;

/// <summary>Collects what a new definition inherits from the shell.</summary>
internal static class ClientContextBuilder
{
    public static ClientContext Build() => new()
    {
        Environment = KeptEnvironment(),
        // Only for configs without one; those from a command line or a file always have one.
        WorkingDirectory = CurrentFolder.TryGet() ?? "/",
        OpenFilesLimit = CurrentSystem.OpenFilesLimit(),
        Launch = CurrentSystem.Launch(),
    };

    /// <summary>
    /// The environment of this process, without variables that a service manager or another tspm set for it alone.
    /// </summary>
    public static IReadOnlyDictionary<string, string> KeptEnvironment()
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (entry is { Key: string key, Value: string value } && !ServiceManagerVariables.Contains(key))
                environment[key] = value;
        return environment;
    }
}
