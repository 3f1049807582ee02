// Graphs as TensorFlow functions: a function of a given name is then one operation that the first addon executes.
#include <node_api.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "blocked_signals.h"
#include "contexts.h"
#include "tensorflow/c/c_api.h"

namespace {

std::string text(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string result(length, '\0');
  napi_get_value_string_utf8(env, value, &result[0], length + 1, &length);
  return result;
}

std::vector<std::string> texts(napi_env env, napi_value list) {
  uint32_t length = 0;
  napi_get_array_length(env, list, &length);
  std::vector<std::string> result;
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    napi_get_element(env, list, i, &element);
    result.push_back(text(env, element));
  }
  return result;
}

// A status that throws into JavaScript what it holds when it goes out of scope.
class Status {
 public:
  explicit Status(napi_env env) : env_(env), status_(TF_NewStatus()) {}
  ~Status() {
    if (!ok()) napi_throw_error(env_, nullptr, TF_Message(status_));
    TF_DeleteStatus(status_);
  }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }
  void fail(const std::string& message) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, message.c_str()); }
  operator TF_Status*() const { return status_; }
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;

 private:
  napi_env env_;
  TF_Status* status_;
};

// "node" or "node:output".
TF_Output output(TF_Graph* graph, const std::string& name, Status& status) {
  const size_t colon = name.rfind(':');
  const std::string node = name.substr(0, colon);
  const int index = colon == std::string::npos ? 0 : std::atoi(name.c_str() + colon + 1);
  TF_Operation* operation = TF_GraphOperationByName(graph, node.c_str());
  if (operation == nullptr) status.fail("the graph has no node " + node);
  return TF_Output{operation, index};
}

std::vector<TF_Output> outputs(TF_Graph* graph, const std::vector<std::string>& names, Status& status) {
  std::vector<TF_Output> result;
  for (const std::string& name : names) result.push_back(output(graph, name, status));
  return result;
}

void add(TF_Graph* graph, const std::string& name, const std::vector<std::string>& from,
         const std::vector<std::string>& to, Status& status) {
  const std::vector<TF_Output> inputs = outputs(graph, from, status);
  const std::vector<TF_Output> results = outputs(graph, to, status);
  if (!status.ok()) return;
  TF_Function* function =
      TF_GraphToFunction(graph, name.c_str(), 0, -1, nullptr, static_cast<int>(inputs.size()), inputs.data(),
                         static_cast<int>(results.size()), results.data(), nullptr, nullptr, nullptr, status);
  if (!status.ok()) return;
  TFE_ContextAddFunction(flatland_context_of(name.c_str()), function, status);
  TF_DeleteFunction(function);
}

// addFunction(name, bytes of a GraphDef, names of placeholders, names of outputs)
napi_value addFunction(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value given[4];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  size_t length = 0;
  void* bytes = nullptr;
  napi_get_typedarray_info(env, given[1], nullptr, &length, &bytes, nullptr, nullptr);

  const BlockedSignals blocked;  // threads start here
  Status status(env);
  TF_Graph* graph = TF_NewGraph();
  TF_Buffer* definition = TF_NewBufferFromString(bytes, length);
  TF_ImportGraphDefOptions* options = TF_NewImportGraphDefOptions();
  TF_GraphImportGraphDef(graph, definition, options, status);
  if (status.ok()) add(graph, text(env, given[0]), texts(env, given[2]), texts(env, given[3]), status);
  TF_DeleteImportGraphDefOptions(options);
  TF_DeleteBuffer(definition);
  TF_DeleteGraph(graph);
  return nullptr;
}

// removeFunction(name)
napi_value removeFunction(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  Status status(env);
  const std::string name = text(env, given[0]);
  TFE_ContextRemoveFunction(flatland_context_of(name.c_str()), name.c_str(), status);
  return nullptr;
}

// operations(): the bytes of an OpList, every operation that TensorFlow knows
napi_value operations(napi_env env, napi_callback_info) {
  TF_Buffer* list = TF_GetAllOpList();
  napi_value result;
  napi_create_buffer_copy(env, list->length, list->data, nullptr, &result);
  TF_DeleteBuffer(list);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"addFunction", nullptr, addFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, removeFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"operations", nullptr, operations, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 3, functions);
  return exports;
}
