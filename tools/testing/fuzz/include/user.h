/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module's pure files use of the kernel, for user space: the same names with the same meaning, and no more. The
 * headers beside this one only include it, so that the files compile unchanged.
 */
#ifndef FUZZ_USER_H
#define FUZZ_USER_H

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int32_t s32;
typedef int64_t s64;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint16_t __sum16;
typedef int64_t ktime_t;

#define U16_MAX		UINT16_MAX
#define S64_MAX		INT64_MAX

#define EXPORT_SYMBOL_IF_KUNIT(symbol)
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (n))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define round_up(n, d)		(DIV_ROUND_UP(n, d) * (d))
#define BIT(n)			(1UL << (n))
#define __maybe_unused		__attribute__((unused))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define min(a, b)		({ __auto_type a_ = (a); __auto_type b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b)		({ __auto_type a_ = (a); __auto_type b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(t, a, b)		min((t)(a), (t)(b))
#define max_t(t, a, b)		max((t)(a), (t)(b))
#define min3(a, b, c)		min(min(a, b), c)
#define div_u64(a, b)		((u64)(a) / (b))
#define div64_u64(a, b)		((u64)(a) / (b))

/* Memory: a fuzzer may make the n-th allocation from now fail; 0 = none. */
#define CHARGE_KERNEL	0
extern unsigned int user_alloc_fail;
static inline void *kzalloc(size_t size, int gfp)
{
	(void)gfp;
	if (user_alloc_fail && !--user_alloc_fail)
		return NULL;
	return calloc(1, size);
}
#define kmalloc(size, gfp)	kzalloc(size, gfp)
#define kfree(p)		free((void *)(p))

static inline void *kmemdup(const void *src, size_t len, int gfp)
{
	void *copy = kmalloc(len, gfp);

	return copy ? memcpy(copy, src, len) : NULL;
}

static inline void sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *), void *swap)
{
	(void)swap;
	if (n)
		qsort(base, n, size, cmp);
}

/* IPv6 addresses */
#ifndef s6_addr
struct in6_addr {
	union {
		u8 s6_addr[16];
		u16 s6_addr16[8];
		u32 s6_addr32[4];
	};
};

static const struct in6_addr in6addr_any;
#endif
#define IPV6_ADDR_LINKLOCAL	0x0020U

static inline bool ipv6_addr_any(const struct in6_addr *a)
{
	static const struct in6_addr any;

	return !memcmp(a, &any, sizeof(any));
}

static inline int ipv6_addr_cmp(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

static inline bool ipv6_addr_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	return !ipv6_addr_cmp(a, b);
}

static inline bool ipv6_addr_is_multicast(const struct in6_addr *a)
{
	return a->s6_addr[0] == 0xff;
}

static inline bool ipv6_addr_is_ll_all_nodes(const struct in6_addr *a)
{
	static const struct in6_addr all = { .s6_addr = { 0xff, 2, [15] = 1 } };

	return ipv6_addr_equal(a, &all);
}

/* Only what the pure files ask of it: link-local unicast or multicast. */
static inline int ipv6_addr_type(const struct in6_addr *a)
{
	if (a->s6_addr[0] == 0xfe && (a->s6_addr[1] & 0xc0) == 0x80)
		return IPV6_ADDR_LINKLOCAL;
	return a->s6_addr[0] == 0xff && (a->s6_addr[1] & 15) == 2 ? IPV6_ADDR_LINKLOCAL : 0;
}

/* Lists with a single head pointer */
struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define INIT_HLIST_HEAD(h)	((h)->first = NULL)
#define hlist_empty(h)		(!(h)->first)
#define hlist_entry_safe(p, type, member) ({ __auto_type p_ = (p); p_ ? container_of(p_, type, member) : NULL; })
#define hlist_for_each_entry(pos, head, member)					\
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); pos;	\
	     pos = hlist_entry_safe(pos->member.next, __typeof__(*pos), member))
#define hlist_for_each_entry_safe(pos, n, head, member)				\
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member);		\
	     pos && ({ n = pos->member.next; 1; });					\
	     pos = hlist_entry_safe(n, __typeof__(*pos), member))

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (n->next)
		n->next->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}

static inline void hlist_del(struct hlist_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
}

/* Ordered trees. Never balanced: a fuzzer's are small. */
struct rb_node {
	struct rb_node *rb_left, *rb_right, *rb_parent;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT			((struct rb_root) { NULL })
#define rb_entry(p, type, member) container_of(p, type, member)
#define rb_insert_color(node, root) do { (void)(node); (void)(root); } while (0)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->rb_left = NULL;
	node->rb_right = NULL;
	node->rb_parent = parent;
	*link = node;
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->rb_left)
		n = n->rb_left;
	return n;
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *n = node->rb_right;

	if (n) {
		while (n->rb_left)
			n = n->rb_left;
		return n;
	}
	for (n = node->rb_parent; n && n->rb_right == node; n = n->rb_parent)
		node = n;
	return n;
}

static inline void user_rb_put(struct rb_root *root, struct rb_node *old, struct rb_node *new)
{
	struct rb_node *parent = old->rb_parent;

	if (!parent)
		root->rb_node = new;
	else if (parent->rb_left == old)
		parent->rb_left = new;
	else
		parent->rb_right = new;
	if (new)
		new->rb_parent = parent;
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next;

	if (!node->rb_left || !node->rb_right) {
		user_rb_put(root, node, node->rb_left ? node->rb_left : node->rb_right);
		return;
	}
	next = rb_next(node);
	if (next->rb_parent != node) {
		user_rb_put(root, next, next->rb_right);
		next->rb_right = node->rb_right;
		next->rb_right->rb_parent = next;
	}
	user_rb_put(root, node, next);
	next->rb_left = node->rb_left;
	next->rb_left->rb_parent = next;
}

/* Queues by time */
struct timerqueue_node {
	struct rb_node node;
	ktime_t expires;
};

struct timerqueue_head {
	struct rb_root root;
};

#define timerqueue_init(n)	((void)(n))
#define timerqueue_init_head(h)	((h)->root = RB_ROOT)

static inline bool timerqueue_add(struct timerqueue_head *head, struct timerqueue_node *node)
{
	struct rb_node **link = &head->root.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = node->expires < rb_entry(parent, struct timerqueue_node, node)->expires ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&node->node, parent, link);
	return true;
}

static inline bool timerqueue_del(struct timerqueue_head *head, struct timerqueue_node *node)
{
	rb_erase(&node->node, &head->root);
	return true;
}

static inline struct timerqueue_node *timerqueue_getnext(struct timerqueue_head *head)
{
	struct rb_node *n = rb_first(&head->root);

	return n ? rb_entry(n, struct timerqueue_node, node) : NULL;
}

static inline struct timerqueue_node *timerqueue_iterate_next(struct timerqueue_node *node)
{
	struct rb_node *n = rb_next(&node->node);

	return n ? rb_entry(n, struct timerqueue_node, node) : NULL;
}

#endif /* FUZZ_USER_H */
