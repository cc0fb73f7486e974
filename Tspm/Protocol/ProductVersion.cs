namespace Tspm.Protocol;

/// <summary>The version of this executable. The project file is the only place that sets it.</summary>
internal static partial class ProductVersion
{
    // Current is a constant that the build writes (target WriteProductVersion in Tspm.csproj): reading it from the
    // assembly attributes would pull in all of reflection, 40 KB.
}
