/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "drover-catalogue-child.h"
#include "drover-catalogue.h"

G_BEGIN_DECLS

/* How a catalogue lies in memory and in its file. Whoever changes one of these types changes
 * CATALOGUE_FORMAT too, so that no older file is read by them. Texts that may be absent are
 * empty. "list" is an index into the lists of properties, which many types share. */
#define CATALOGUE_FORMAT 3

#define CATALOGUE_PROPERTY "(ssssuas)" /* name, type, description, default, flags, choices */
#define CATALOGUE_LIST "a" CATALOGUE_PROPERTY
#define CATALOGUE_MACHINE "(ssssuuu)"  /* name, alias, description, CPU, max CPUs, flags, list */
#define CATALOGUE_CPU "(ssssuuas)"     /* name, type, alias of, description, flags, list, missing */
#define CATALOGUE_DEVICE "(sssssuu)"   /* name, alias, category, bus, description, flags, list */
#define CATALOGUE_BACKEND "(sssu)"     /* kind, name, title, list */
#define CATALOGUE_PAIR "(ss)"          /* a type of bus and its parent, or who provides it */
/* identity, version, package, architecture, and then all of the above */
#define CATALOGUE_TYPE                                                                           \
  "(ssssa" CATALOGUE_LIST "a" CATALOGUE_MACHINE "a" CATALOGUE_CPU "a" CATALOGUE_DEVICE          \
  "a" CATALOGUE_BACKEND "a" CATALOGUE_PAIR "a" CATALOGUE_PAIR ")"

enum
{
  CATALOGUE_IDENTITY,
  CATALOGUE_VERSION,
  CATALOGUE_PACKAGE,
  CATALOGUE_ARCHITECTURE,
  CATALOGUE_LISTS,
  CATALOGUE_MACHINES,
  CATALOGUE_CPUS,
  CATALOGUE_DEVICES,
  CATALOGUE_BACKENDS,
  CATALOGUE_BUSES,
  CATALOGUE_PROVIDERS,
  CATALOGUE_N_PARTS,
};

/* What a machine type brings along, in a file of its own: identity; its properties, each with its
 * value as JSON; its buses, each with its name, type and the device that has it */
#define CATALOGUE_BOARD_TYPE "(sa(ss)a(sss))"

#define CATALOGUE_NO_LIST G_MAXUINT32

/* Flags of the records; each kind has its own. */
enum
{
  CATALOGUE_IS_DEFAULT = 1 << 0,
  CATALOGUE_IS_DEPRECATED = 1 << 1,
  CATALOGUE_HAS_HOTPLUG = 1 << 2,
  CATALOGUE_HAS_NUMA = 1 << 3,
  CATALOGUE_IS_STATIC = 1 << 4,
  CATALOGUE_IS_CREATABLE = 1 << 5,
  CATALOGUE_IS_INTERNAL = 1 << 6,
  CATALOGUE_IS_REQUIRED = 1 << 7,
};

/* drover-catalogue.c */
DexFuture       *_drover_catalogue_load         (const char *program,
                                                 guint limit_msec) G_GNUC_WARN_UNUSED_RESULT;
DroverCatalogue *_drover_catalogue_new          (GVariant *data, const char *program);
GVariant        *_drover_catalogue_get_part     (DroverCatalogue *self, guint part);
const char      *_drover_catalogue_get_bus_parent (DroverCatalogue *self, const char *bus);
gboolean         _drover_catalogue_is_kind_of_bus (DroverCatalogue *self, const char *bus,
                                                   const char *wanted);
GHashTable     **_drover_catalogue_get_boards   (DroverCatalogue *self);

/* drover-catalogue-build.c */
GVariant *_drover_catalogue_build         (const char *path, const char *identity,
                                           guint limit_msec, GError **error);
JsonNode *_drover_catalogue_expand_cpu    (const char *path, const char *cpu, guint limit_msec,
                                           GError **error);

JsonNode *_drover_catalogue_make_arguments (const char *name, const char *value,
                                            gboolean abstract);
JsonNode *_drover_catalogue_ask           (DroverCatalogueChild *child, const char *command,
                                           JsonNode *arguments, GError **error);
gboolean  _drover_catalogue_greet         (DroverCatalogueChild *child, GError **error);
gboolean  _drover_catalogue_is_refusal    (const GError *error);

/* drover-catalogue-cache.c */
char     *_drover_catalogue_dup_identity  (const char *real_path);
char     *_drover_catalogue_dup_file      (const char *real_path);
GBytes   *_drover_catalogue_pack          (GVariant *data);
GVariant *_drover_catalogue_unpack        (GBytes *bytes, const char *identity);
GVariant *_drover_catalogue_map           (const char *file, const char *identity);
GVariant *_drover_catalogue_map_as        (const char *file, const char *type,
                                           const char *identity);
gboolean  _drover_catalogue_store         (GBytes *bytes, const char *file, GError **error);

/* drover-catalogue-board.c */
GVariant *_drover_catalogue_parse_qtree   (const char *text);

/* drover-catalogue-qdm.c */
typedef struct
{
  char *name;
  char *alias;
  char *category;
  char *bus;
  char *description;
  gboolean creatable;
} DroverQdmDevice;

GPtrArray *_drover_catalogue_parse_qdm    (const char *text);

/* drover-catalogue-help.c */
typedef struct
{
  char *name;
  char *title; /* nullable */
} DroverHelpEntry;

GPtrArray *_drover_catalogue_parse_options (const char *text);
GPtrArray *_drover_catalogue_parse_names  (const char *text);
GPtrArray *_drover_catalogue_parse_titles (const char *text);
GStrv      _drover_catalogue_parse_choices (const char *description, gboolean is_enumeration,
                                           const char *default_text);

/* drover-catalogue-schema.c */
typedef struct _DroverSchema DroverSchema;

DroverSchema *_drover_schema_new           (JsonNode *entries);
void          _drover_schema_free          (DroverSchema *self);
JsonObject   *_drover_schema_find          (DroverSchema *self, const char *name);
const char   *_drover_schema_get_text      (JsonObject *object, const char *member);
GPtrArray    *_drover_schema_list_objects  (JsonObject *object, const char *member);
GStrv         _drover_schema_list_variants (DroverSchema *self, const char *command,
                                            const char *const *path);
GVariant     *_drover_schema_list_members  (DroverSchema *self, const char *command,
                                            const char *const *path, const char *variant,
                                            GHashTable *descriptions);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverSchema, _drover_schema_free)

/* drover-catalogue-writer.c */
typedef struct _DroverCatalogueWriter DroverCatalogueWriter;

DroverCatalogueWriter *_drover_catalogue_writer_new (void);
void      _drover_catalogue_writer_free         (DroverCatalogueWriter *self);
void      _drover_catalogue_writer_take_types   (DroverCatalogueWriter *self, JsonNode *types);
void      _drover_catalogue_writer_take_creatable (DroverCatalogueWriter *self, JsonNode *types);
GPtrArray *_drover_catalogue_writer_list_types  (DroverCatalogueWriter *self, const char *parent);
GPtrArray *_drover_catalogue_writer_list_abstract_objects (DroverCatalogueWriter *self);
void      _drover_catalogue_writer_add_properties (DroverCatalogueWriter *self, const char *type,
                                                 JsonNode *properties);
void      _drover_catalogue_writer_share_properties (DroverCatalogueWriter *self,
                                                     const char *type, const char *other);
void      _drover_catalogue_writer_add_answer   (DroverCatalogueWriter *self, const char *command,
                                                 JsonNode *answer);
void      _drover_catalogue_writer_add_help     (DroverCatalogueWriter *self, const char *option,
                                                 const char *text);
GVariant *_drover_catalogue_writer_end          (DroverCatalogueWriter *self, const char *identity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverCatalogueWriter, _drover_catalogue_writer_free)

G_END_DECLS
