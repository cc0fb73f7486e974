using System.Collections;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>This process's own environment in the form that exec takes. Made once and kept.</summary>
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
