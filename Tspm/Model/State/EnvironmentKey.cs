using System.IO.Hashing;
using System.Text;

namespace Tspm.Model.State;

/// <summary>The key under which an environment is stored; equal environments are stored once.</summary>
internal static class EnvironmentKey
{
    /// <summary>The key of an environment: 32 hexadecimal digits. Only equal environments have the same key.</summary>
    public static string For(IReadOnlyDictionary<string, string> environment)
    {
        var text = new StringBuilder();
        foreach (var name in environment.Keys.Order(StringComparer.Ordinal))
            text.Append(name).Append('=').Append(environment[name]).Append('\0');
        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
