using ConsoleAppFramework;

namespace Tspm.Client;

/// <summary>A list parameter of a command, in the encoding of <see cref="FrameworkArguments"/>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ItemsAttribute : Attribute, IArgumentParser<string[]>
{
    public static bool TryParse(ReadOnlySpan<char> s, out string[] result)
    {
        result = FrameworkArguments.Items(s);
        return true;
    }
}
