using System.IO.Hashing;
using System.Text;

namespace Tspm.Model.State;

/// <summary>Names an environment, so that equal ones are kept once.</summary>
internal static class EnvironmentKey
{
    /// <summary>Equal environments, and only those, have equal keys: 32 hexadecimal digits.</summary>
    public static string Of(IReadOnlyDictionary<string, string> environment)
    {
        var text = new StringBuilder();
        foreach (var name in environment.Keys.Order(StringComparer.Ordinal))
            text.Append(name).Append('=').Append(environment[name]).Append('\0');
        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
