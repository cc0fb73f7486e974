using System.Collections;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>The environment of this process in the form that exec needs. Created once and kept.</summary>
internal static unsafe class CurrentEnvironment
{
    static StringBlock? s_block;

    public static byte** Pointer => (s_block ??= Make()).Pointers;

    static StringBlock Make()
    {
        var entries = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            entries.Add($"{entry.Key}={entry.Value}");
        return new StringBlock(entries);
    }
}
