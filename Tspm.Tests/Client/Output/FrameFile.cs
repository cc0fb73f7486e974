using System.Globalization;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Client.Output;

/// <summary>
/// What a screen shows, as files that people can read: Data/frames. TSPM_WRITE_FRAMES=1 writes them; whoever does that
/// looks at what has changed.
/// </summary>
internal static class FrameFile
{
    static readonly string Folder = Path.Combine(Repository.Root, "Tspm.Tests", "Data", "frames");

    public static async Task IsAsIn(string name, string text)
    {
        var file = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_FRAMES") == "1") await File.WriteAllTextAsync(file, text);
        await Assert.That(text).IsEqualTo(await File.ReadAllTextAsync(file)).Because(name);
    }

    /// <summary>Of a long list the beginning and the end.</summary>
    public static string Shortened(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        if (lines.Length <= 200) return text;
        var left = string.Create(CultureInfo.InvariantCulture, $"[{lines.Length - 30} lines]");
        return string.Join('\n', [.. lines[..20], left, .. lines[^10..]]) + "\n";
    }
}
