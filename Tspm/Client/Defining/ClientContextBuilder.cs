using System.Collections;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client.Defining;

/// <summary>What a definition takes along from the shell in which it was made.</summary>
internal static class ClientContextBuilder
{
    public static ClientContext Build() => new()
    {
        Environment = KeptEnvironment(),
        // Only for configs that name none; those from a command line or a file always do.
        WorkingDirectory = CurrentFolder.TryGet() ?? "/",
        OpenFilesLimit = CurrentSystem.OpenFilesLimit(),
        Launch = CurrentSystem.Launch(),
    };

    /// <summary>This process's environment without what a service manager or another tspm meant for it alone.</summary>
    public static IReadOnlyDictionary<string, string> KeptEnvironment()
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (entry is { Key: string key, Value: string value } && !ServiceManagerVariables.Contains(key))
                environment[key] = value;
        return environment;
    }
}
