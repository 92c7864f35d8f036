// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes from node names. The series of repeated scopes (layer.0, layer.1, ...) is what a person looks for, so the
// wrappers around it are opened up, and what lies before and after it is gathered into few boxes.
#include "core/graph/structure_titles.h"
#include "core/graph/structure_tree.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace octet::graph {

namespace {

std::size_t at(int i)
{
    return static_cast<std::size_t>(i);
}

struct Scope
{
    std::string name, path;
    std::size_t depth = 0;
    std::map<std::string, std::unique_ptr<Scope>> children;
    std::vector<int> direct; // nodes in this very scope
    std::vector<int> all; // and below
    int products = 0; // weight products in `all`
    bool member = false; // of a series among its siblings
    bool hasSeries = false; // somewhere below
};

struct Item // a box of one level
{
    enum Kind { Block, Part, Loose } kind = Loose;
    const Scope* scope = nullptr; // null for Loose
    std::vector<int> nodes;
    int products = 0;
    bool visible = false;
    int first = 0; // visible node, or any
    std::string name, path, title;
};

void findSeries(Scope& scope)
{
    std::map<std::string, std::vector<Scope*>> stems;
    for (auto& [name, child] : scope.children) {
        findSeries(*child);
        scope.hasSeries = scope.hasSeries || child->hasSeries;
        if (const auto series = seriesName(name); series && child->products > 0)
            stems[series->first].push_back(child.get());
    }
    for (auto& [stem, members] : stems) {
        // fc1 and fc2 are two parts of one block, not two blocks.
        const bool large = std::all_of(members.begin(), members.end(), [](const Scope* s) { return s->products > 1; });
        if (members.size() < 2 || !large)
            continue;
        scope.hasSeries = true;
        for (Scope* member : members)
            member->member = true;
    }
}

class ScopeReader
{
public:
    explicit ScopeReader(TreeBuilder& builder)
        : m_builder(builder)
        , m_facts(builder.facts())
    {
        for (const Node& node : builder.model().nodes())
            if (!m_facts.constantNode[at(node.index)])
                insert(node);
        findSeries(m_root);
    }

    void build(TreeBox& box)
    {
        if (m_root.hasSeries)
            buildLevel(box, m_root);
        else
            m_builder.fill(box, m_root.all, 0);
    }

private:
    void insert(const Node& node)
    {
        const auto& scope = m_facts.scope[at(node.index)];
        Scope* s = &m_root;
        for (std::size_t depth = 0;; ++depth) {
            s->all.push_back(node.index);
            s->products += m_facts.weightProduct[at(node.index)];
            if (depth == scope.size())
                break;
            auto& child = s->children[scope[depth]];
            if (!child) {
                child = std::make_unique<Scope>();
                child->name = scope[depth];
                child->path = node.name.substr(0, m_facts.scopeEnd[at(node.index)][depth]);
                child->depth = depth + 1;
            }
            s = child.get();
        }
        s->direct.push_back(node.index);
    }

    Item itemOf(Item::Kind kind, const Scope* scope, std::vector<int> nodes) const
    {
        Item item;
        item.kind = kind;
        item.scope = scope;
        item.nodes = std::move(nodes);
        item.visible = std::any_of(item.nodes.begin(), item.nodes.end(), [&](int n) { return m_facts.visible(n); });
        for (const int node : item.nodes)
            item.products += m_facts.weightProduct[at(node)];
        const auto seen = std::find_if(item.nodes.begin(), item.nodes.end(), [&](int n) { return m_facts.visible(n); });
        item.first = seen == item.nodes.end() ? item.nodes.front() : *seen;
        if (scope) {
            item.name = scope->name;
            item.path = scope->path;
            item.title = scopeTitle(scope->name);
        }
        return item;
    }

    void collect(const Scope& scope, std::vector<Item>& items) const
    {
        for (const int node : scope.direct)
            items.push_back(itemOf(Item::Loose, nullptr, {node}));
        for (const auto& [name, child] : scope.children) {
            if (child->member)
                items.push_back(itemOf(Item::Block, child.get(), child->all));
            else if (child->hasSeries)
                collect(*child, items);
            else
                items.push_back(itemOf(Item::Part, child.get(), child->all));
        }
    }

    void buildLevel(TreeBox& box, const Scope& scope)
    {
        std::vector<Item> all, items;
        collect(scope, all);
        std::sort(all.begin(), all.end(), [](const Item& a, const Item& b) { return a.first < b.first; });
        std::vector<int> hidden;
        for (Item& item : all) {
            if (item.visible)
                items.push_back(std::move(item));
            else
                hidden.insert(hidden.end(), item.nodes.begin(), item.nodes.end());
        }
        splitInterleaved(items);
        gather(items, box.path);
        placeHidden(items, hidden);
        for (Item& item : items)
            addItem(box, item);
        if (!hidden.empty())
            addHidden(box, hidden);
    }

    // A part whose nodes run through several blocks would only tie them into a knot: each node goes to its block.
    void splitInterleaved(std::vector<Item>& items) const
    {
        std::vector<Item*> blocks;
        for (Item& item : items)
            if (item.kind == Item::Block)
                blocks.push_back(&item);
        for (Item& item : items) {
            if (item.kind != Item::Part || blocks.empty() || item.first < blocks.front()->first)
                continue;
            const auto blockBefore = [&](int node) {
                return std::upper_bound(
                    blocks.begin(), blocks.end(), node, [](int n, const Item* block) { return n < block->first; });
            };
            if (blockBefore(item.nodes.front()) == blockBefore(item.nodes.back()))
                continue;
            for (const int node : item.nodes) {
                const auto it = blockBefore(node);
                Item& home = **(it == blocks.begin() ? it : std::prev(it));
                home.nodes.push_back(node);
                home.products += m_facts.weightProduct[at(node)];
            }
            item.nodes.clear();
        }
        std::erase_if(items, [](const Item& item) { return item.nodes.empty(); });
    }

    static void absorb(Item& into, Item& item)
    {
        into.nodes.insert(into.nodes.end(), item.nodes.begin(), item.nodes.end());
        into.products += item.products;
        item.nodes.clear();
    }

    void gather(std::vector<Item>& items, const std::string& path)
    {
        const auto isBlock = [](const Item& item) { return item.kind == Item::Block; };
        const auto first = std::find_if(items.begin(), items.end(), isBlock);
        gatherBefore({items.data(), static_cast<std::size_t>(first - items.begin())}, path);
        // Behind the first block: what has no product goes to the part before it, or waits for the one behind it.
        Item* last = nullptr;
        Item* home = nullptr;
        std::vector<Item*> waiting;
        for (auto it = first; it != items.end(); ++it) {
            if (isBlock(*it)) {
                home = nullptr;
                for (Item* item : waiting)
                    absorb(*last, *item);
                waiting.clear();
                last = &*it;
            } else if (it->products > 0) {
                home = &*it;
                for (Item* item : waiting)
                    absorb(*home, *item);
                waiting.clear();
            } else if (home) {
                absorb(*home, *it);
            } else {
                waiting.push_back(&*it);
            }
        }
        if (!waiting.empty())
            gatherInto(*waiting.front(), waiting, path + "/(output)", "Output");
        std::erase_if(items, [](const Item& item) { return item.nodes.empty(); });
    }

    void gatherBefore(std::span<Item> before, const std::string& path)
    {
        std::vector<Item*> parts, heavy;
        for (Item& item : before) {
            if (item.kind == Item::Part)
                parts.push_back(&item);
            if (item.products > 0)
                heavy.push_back(&item);
        }
        std::vector<Item*> everything;
        for (Item& item : before)
            everything.push_back(&item);
        if (everything.empty())
            return;
        if (heavy.size() > 1) {
            Item* home = heavy.front();
            for (Item& item : before) {
                if (item.products > 0)
                    home = &item;
                else
                    absorb(*home, item);
            }
        } else if (heavy.size() == 1 || parts.size() == 1) {
            Item* home = heavy.empty() ? parts.front() : heavy.front();
            for (Item& item : before)
                if (&item != home)
                    absorb(*home, item);
            if (!home->scope)
                name(*home, path + "/(embeddings)", "Embeddings");
        } else {
            gatherInto(*everything.front(), everything, path + "/(embeddings)", "Embeddings");
        }
    }

    static void name(Item& item, const std::string& path, const std::string& title)
    {
        item.scope = nullptr;
        item.path = path;
        item.name = title;
        item.title = title;
    }

    static void gatherInto(
        Item& home, const std::vector<Item*>& items, const std::string& path, const std::string& title)
    {
        const bool single = items.size() == 1 && home.scope;
        for (Item* item : items)
            if (item != &home)
                absorb(home, *item);
        if (!single)
            name(home, path, title);
    }

    void placeHidden(std::vector<Item>& items, std::vector<int>& hidden) const
    {
        std::vector<int> itemOfNode(m_builder.model().nodes().size(), -1);
        for (std::size_t i = 0; i < items.size(); ++i)
            for (const int node : items[i].nodes)
                itemOfNode[at(node)] = static_cast<int>(i);
        std::sort(hidden.begin(), hidden.end());
        placePlumbing(m_facts, hidden, itemOfNode);
        std::erase_if(hidden, [&](int node) {
            const int item = itemOfNode[at(node)];
            if (item >= 0)
                items[at(item)].nodes.push_back(node);
            return item >= 0;
        });
    }

    void addItem(TreeBox& box, Item& item)
    {
        std::sort(item.nodes.begin(), item.nodes.end());
        if (item.kind == Item::Loose && item.path.empty()) {
            m_builder.fill(box, item.nodes, 0);
            return;
        }
        TreeBox& child = box.add(item.name, item.path, item.title);
        if (item.scope && item.scope->hasSeries)
            buildLevel(child, *item.scope);
        else
            m_builder.fill(child, item.nodes, item.kind == Item::Block ? item.scope->depth : 0);
    }

    void addHidden(TreeBox& box, const std::vector<int>& hidden)
    {
        TreeBox& child = box.add("mask and shapes", box.path + "/(mask and shapes)", "Mask and shapes");
        for (const int node : hidden)
            m_builder.addLeaf(child, node);
    }

    TreeBuilder& m_builder;
    const GraphFacts& m_facts;
    Scope m_root;
};

} // namespace

void buildByScopes(TreeBuilder& builder, TreeBox& root)
{
    ScopeReader(builder).build(root);
}

} // namespace octet::graph
