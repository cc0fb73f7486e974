using CsCheck;
using Own = Tspm.Trim.Sequence;

namespace Tspm.Tests.Trim;

/// <summary>Every operator gives what System.Linq gives.</summary>
[Timeout(60_000)]
internal sealed class SequenceTests
{
    static readonly Gen<(int[] Items, int[] Others, int Number)> Cases = Gen.Select(Gen.Int[0, 9].Array[0, 12], Gen.Int[0, 9].Array[0, 12], Gen.Int[0, 14]);

    [Test]
    public void It_is_what_linq_gives(CancellationToken cancellation) => Cases.Sample((items, others, number) =>
    {
        bool Fits(int item) => item < number - 2;
        Same(Own.Select(items, item => item * 2), items.Select(item => item * 2));
        Same(Own.Select(items, (item, index) => item * index), items.Select((item, index) => item * index));
        Same(Own.SelectMany(items, item => others.Take(item)), items.SelectMany(item => others.Take(item)));
        Same(Own.Where(items, Fits), items.Where(Fits));
        Same(Own.Where(items, (item, index) => item > index), items.Where((item, index) => item > index));
        Same(Own.ToList(items), items);
        Same(Own.ToArray(items), items);
        Same(Own.ToHashSet(items).Order(), items.ToHashSet().Order());
        Same(Own.Distinct(items), items.Distinct());
        Same(Own.DistinctBy(items, item => item / 3), items.DistinctBy(item => item / 3));
        Same(Own.Union(items, others), items.Union(others));
        Same(Own.Concat(items, others), items.Concat(others));
        Same(Own.Append(items, number), items.Append(number));
        Same(Own.Skip(items, number), items.Skip(number));
        Same(Own.SkipLast(items, number), items.SkipLast(number));
        Same(Own.SkipWhile(items, Fits), items.SkipWhile(Fits));
        Same(Own.Take(items, number), items.Take(number));
        Same(Own.Zip(items, others), items.Zip(others));
        Same(Own.Order(items, static (one, other) => one.CompareTo(other)), items.Order());
        // Stable: the second digit of equal keys stays in place.
        Same(Own.OrderBy(Pairs(items), pair => pair.Item, Comparer<int>.Default), Pairs(items).OrderBy(pair => pair.Item));
        Same(Own.Order(Pairs(items), static (one, other) => one.Item.CompareTo(other.Item)), Pairs(items).OrderBy(pair => pair.Item));
        Same(Own.ToDictionary(items.Distinct(), item => item, item => item + 1).OrderBy(pair => pair.Key), items.Distinct().ToDictionary(item => item, item => item + 1).OrderBy(pair => pair.Key));
        Is(Own.Any(items), items.Any());
        Is(Own.Any(items, Fits), items.Any(Fits));
        Is(Own.All(items, Fits), items.All(Fits));
        Is(Own.Count(items, Fits), items.Count(Fits));
        Is(Own.Contains(items, number), Enumerable.Contains(items, number));
        Is(Own.SequenceEqual(items, others), Enumerable.SequenceEqual(items, others));
        Is(Own.Sum(items, item => item), items.Sum(item => (long)item));
        Is(Own.FirstOrDefault(items), items.FirstOrDefault());
        Is(Own.FirstOrDefault(items, Fits), items.FirstOrDefault(Fits));
        if (items.Length > 0) Is(Own.First(items), items.First());
        if (items.Any(Fits)) Is(Own.First(items, Fits), items.First(Fits));
    }, iter: 2000);

    [Test]
    public async Task What_is_not_there_is_an_error(CancellationToken cancellation)
    {
        await Assert.That(() => { Own.First(Array.Empty<int>()); }).Throws<InvalidOperationException>();
        await Assert.That(() => { Own.First([1], item => item > 1); }).Throws<InvalidOperationException>();
        await Assert.That(() => { Own.ToDictionary([1, 1], item => item, item => item); }).Throws<ArgumentException>();
    }

    static (int Item, int Index)[] Pairs(int[] items) => [.. items.Select((item, index) => (item, index))];

    static void Same<T>(IEnumerable<T> actual, IEnumerable<T> expected)
    {
        if (!Enumerable.SequenceEqual(actual, expected)) throw new InvalidOperationException($"{string.Join(' ', actual)} is not {string.Join(' ', expected)}");
    }

    static void Is<T>(T actual, T expected)
    {
        if (!Equals(actual, expected)) throw new InvalidOperationException($"{actual} is not {expected}");
    }
}
