using System.Text.RegularExpressions;

namespace Tspm.Tests.Guards;

/// <summary>C# as guards read it.</summary>
internal static partial class SourceCode
{
    /// <summary>Without comments and texts.</summary>
    public static string Of(string source) => Noise().Replace(source, " ");

    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|\"(\\\\.|[^\"\\\\\\n])*\"|//[^\\n]*|/\\*[\\s\\S]*?\\*/")]
    private static partial Regex Noise();
}
