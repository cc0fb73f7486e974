using System.Reflection;

namespace Tspm.Protocol;

/// <summary>The version of this executable, from the project file, which is the one place that sets it.</summary>
internal static class ProductVersion
{
    public static readonly string Current =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
