"""Everything the checks and the gradient checker say, in English and in Traditional Chinese.

A title of a check is not here: it is the docstring of the check, English in the first line and
Chinese in the second.
"""

import inspect
import locale
import os

LANGUAGES = ("en", "zh-TW")

TEXT = {
    # What can be wrong with a file, before anything is computed.
    "no file": (
        "There is no {file} in this folder. The name must be exactly that.",
        "這個資料夾裡沒有 {file}。檔名必須完全相同。",
    ),
    "file case": (
        "There is no {file} in this folder, but there is {found}: the name must be in lower case.",
        "這個資料夾裡沒有 {file}，只有 {found}：檔名必須全部小寫。",
    ),
    "syntax error": (
        "{file} is not valid Python ({where}: {error}). Until this is put right, nothing in the"
        " file can be checked.",
        "{file} 不是有效的 Python 程式（{where}：{error}）。修正之前，這個檔案裡的任何東西都無法"
        "檢查。",
    ),
    "not utf-8": (
        "{file} is not saved as UTF-8. Set the encoding in your editor and save it again.",
        "{file} 不是以 UTF-8 編碼儲存的。請在編輯器中設定編碼後重新存檔。",
    ),
    "line": ("line {line}", "第 {line} 行"),
    "whole file": ("the file as a whole", "整個檔案"),
    "no class": (
        "{file} defines no class `{name}` (classes found: {found}). The name must be the same to"
        " the letter, underscores and capitals included.",
        "{file} 裡沒有名為 `{name}` 的類別（找到的類別：{found}）。名稱必須一字不差，底線與大小寫也"
        "要相同。",
    ),
    "none": ("none", "無"),
    "import of package": (
        "`{name}` is imported, but where your code is graded there is only NumPy and Python's"
        " standard library, so this file would fail there.",
        "這裡匯入了 `{name}`，但評分環境只有 NumPy 與 Python 標準函式庫，這個檔案在那裡會無法載"
        "入。",
    ),
    "import of own file": (
        "`{name}` is imported, but each of your files is graded on its own, without the others"
        " beside it. Take that import out; what a class needs is handed to it.",
        "這裡匯入了 `{name}`，但你的每個檔案都是單獨評分，旁邊沒有其他檔案。請拿掉這個匯入；類別需"
        "要的東西都會交給它。",
    ),
    "at line": ("{file}, line {line}: {text}", "{file} 第 {line} 行：{text}"),
    # How a check can end.
    "not written": ("Not written yet: {name}.", "尚未完成：{name}。"),
    "something": ("a method this check uses", "這項檢查用到的某個方法"),
    "out of time": (
        "Stopped after {seconds} seconds{where}. Such a small example takes far less than one, so"
        " look for a loop that never ends.",
        "執行超過 {seconds} 秒，已中止{where}。這麼小的例子遠遠用不到一秒，請找找看有沒有不會結束的"
        "迴圈。",
    ),
    "stopped at": (
        " at {file}, line {line}: `{code}`",
        "（停在 {file} 第 {line} 行：`{code}`）",
    ),
    "not run": (
        "Not run, because other checks of this class ran out of time before.",
        "未執行，因為這個類別前面的檢查已經逾時。",
    ),
    "raised": (
        "Your code raised {error}\n{file}, line {line}: `{code}`",
        "你的程式發生例外：{error}\n{file} 第 {line} 行：`{code}`",
    ),
    "shapes here": ("Shapes here: {shapes}.", "這裡的形狀：{shapes}。"),
    "raised at the call": (
        "Using your class as the handout describes raised {error}\nCompare the method's parameters"
        " and what it returns with the handout. (NoneType means that nothing was returned.)",
        "依照說明文件使用你的類別時發生例外：{error}\n請對照說明文件，檢查該方法的參數與回傳值。（"
        "NoneType 表示什麼都沒有回傳。）",
    ),
    "no attribute": (
        "`{owner}` has no attribute `{name}`. The handout lists every attribute and method; is the"
        " name spelled the same, and is it set before it is needed?",
        "`{owner}` 沒有 `{name}` 這個屬性。說明文件列出了所有屬性與方法；名稱是否拼對了？是否在用到"
        "之前就已設定？",
    ),
    "printed too much": (
        "... ({count} characters in all; the rest is left out)",
        "……（共 {count} 個字元，其餘省略）",
    ),
    # What a comparison found.
    "expected array": (
        "{what} should be a NumPy array, but is of type {kind}.",
        "{what} 應該是 NumPy 陣列，卻是 {kind} 型別。",
    ),
    "expected shape": (
        "{what} should have shape {wanted}, but has shape {found}.",
        "{what} 的形狀應該是 {wanted}，卻是 {found}。",
    ),
    "expected float64": (
        "{what} should hold float64 numbers, but holds {dtype}.",
        "{what} 的數值型別應該是 float64，卻是 {dtype}。",
    ),
    "expected number": (
        "{what} should be a number, but is of type {kind}.",
        "{what} 應該是一個數，卻是 {kind} 型別。",
    ),
    "expected numbers": (
        "{what}\n  found:    {found}\n  expected: {wanted}",
        "{what}\n  得到：{found}\n  應為：{wanted}",
    ),
    "expected unchanged": (
        "{what} was handed over as an argument, and a method may not change such an array.\n"
        "  before: {wanted}\n  after:  {found}\nLook for an assignment into it, such as `x[...] ="
        "` or `x *=`.",
        "{what} 是以引數傳入的陣列，任何方法都不得改動它。\n  之前：{wanted}\n  之後：{found}\n"
        "請找找看有沒有寫進這個陣列的地方，例如 `x[...] =` 或 `x *=`。",
    ),
    "expected ValueError": ("{what} should raise ValueError.", "{what} 應該要丟出 ValueError。"),
    # What the gradient checker found.
    "gradient differs": (
        "{name}: the first difference is at index {index}: your backward pass gives {analytic},"
        " finite differences give {numeric} (relative error {error}).",
        "{name}：第一個不同處在索引 {index}：你的反向傳遞算出 {analytic}，有限差分算出 {numeric}"
        "（相對誤差 {error}）。",
    ),
    "gradient shape": (
        "{name} has shape {found}; it should have the shape of what it is the gradient of,"
        " {wanted}.",
        "{name} 的形狀是 {found}；梯度的形狀應該與被微分的陣列相同，也就是 {wanted}。",
    ),
    "gradient no array": (
        "{name} should be a NumPy array, but is of type {kind}.",
        "{name} 應該是 NumPy 陣列，卻是 {kind} 型別。",
    ),
    "gradient dtype": (
        "{name} should hold float64 numbers, but holds {dtype}.",
        "{name} 的數值型別應該是 float64，卻是 {dtype}。",
    ),
    "hint shape of transpose": (
        "That is the shape of the transpose: write down the shape of each factor of the product,"
        " and see which order and which transposes give the shape that is wanted.",
        "這是轉置後的形狀：把乘積中每個因子的形狀寫下來，看看怎樣的順序與轉置才會得到需要的形狀。",
    ),
    "hint transposed": (
        "It is right, but transposed: rows and columns have changed places somewhere.",
        "數值正確，但被轉置了：某處的列與行對調了。",
    ),
    "hint not finite": (
        "There are infinite or undefined numbers in it: look for an overflow or a division by 0.",
        "其中有無限大或未定義的數：請找找看有沒有溢位或除以 0。",
    ),
    "hint zero": (
        "It is zero everywhere: is the result ever stored, or is it computed from something that"
        " is zero?",
        "它處處為零：結果有存起來嗎？還是由本來就是零的東西算出來的？",
    ),
    "hint sign": (
        "It is right but for its sign: somewhere a difference is taken the wrong way round.",
        "只有正負號相反：某處的相減順序顛倒了。",
    ),
    "hint factor": (
        "It is right but for one factor, {factor} throughout (its inverse is {inverse}): look at"
        " the scaling. Is 1/N or 1/2 left out, applied twice, or applied in the wrong place?",
        "只差一個固定的倍數，處處都是 {factor} 倍（倒數為 {inverse}）：請檢查縮放。1/N 或 1/2 是不"
        "是漏掉了、乘了兩次，或乘在錯的地方？",
    ),
    "under test": ("Checking {name}: {text}", "檢查 {name} 時：{text}"),
    "look handed over": (
        "The classes before this passed on their own. So look at `Model` first: which array does it"
        " hand to which layer, and in which order?",
        "前面的類別單獨檢查時都通過了。所以請先檢查 `Model`：它把哪個陣列交給哪一層？順序對嗎？",
    ),
    "ok": ("ok", "正確"),
    "not ok": ("NOT OK", "不正確"),
    "gradients right": (
        "All gradients agree with their finite differences.",
        "所有梯度都與有限差分相符。",
    ),
    "gradients wrong": (
        "Not all gradients could be confirmed. Start with the first one: Model uses the others.",
        "有梯度未能確認。請從第一個開始處理：Model 會用到其他兩個類別。",
    ),
    "usage gradient_check": (
        "usage: python gradient_check.py [--lang en|zh-TW]",
        "用法：python gradient_check.py [--lang en|zh-TW]",
    ),
    # Where to look: Activation.
    "look names": (
        "The handout's table of attributes says what each of them holds after construction.",
        "說明文件的屬性表寫明了物件建立之後每個屬性的內容。",
    ),
    "look ValueError names": (
        "The message must name the three functions that there are.",
        "錯誤訊息必須列出現有的三個函數名稱。",
    ),
    "look function": (
        "Put the number into the formula in the handout by hand and compare.",
        "請把數字代入說明文件裡的公式，用手算一遍再比較。",
    ),
    "look derivative": (
        "The derivative is taken at x itself, the pre-activation. If yours is 0 where x is 0, it"
        " may be meant for the function's output instead.",
        "導數要在 x 本身（活化前的值）計算。如果你的結果在 x = 0 時是 0，那個式子可能是為函數的輸出"
        "寫的。",
    ),
    "look record": (
        "`forward` keeps what came in and what went out; `backward` needs one of them.",
        "`forward` 要記下輸入與輸出；`backward` 會用到其中之一。",
    ),
    "look activation backward": (
        "Think of one element: by the chain rule its slope joins the gradient that arrives. At"
        " which number is the slope taken: at what came into `forward`, or at what left it?",
        "先只想一個元素：依連鎖律，它的斜率要與傳來的梯度結合。斜率要在哪個數上計算：進入 `forward`"
        " 的，還是離開 `forward` 的？",
    ),
    "look large": (
        "For which sign of x does the exponential grow? Look for an equal expression in which it"
        " is only ever taken of numbers that are not positive. (`np.where` computes both of its"
        " branches for every x, also the one that it does not take.)",
        "x 是正還是負時，指數會變得很大？請找一個等價的式子，使指數函數的引數永遠不為正。（"
        "`np.where` 會對每個 x 計算兩個分支，沒有選用的那個也會算。）",
    ),
    "look dtype": (
        "All numbers are float64. A comparison such as `x > 0` gives True and False (bool), and"
        " from whole numbers such as 1 and 0 NumPy makes int64; write 1.0 and 0.0, or convert"
        " with `.astype(np.float64)`.",
        "所有數值都是 float64。像 `x > 0` 這樣的比較得到的是 True 與 False（bool），而整數 1 與 0 "
        "會成為 int64；請寫成 1.0 與 0.0，或用 `.astype(np.float64)` 轉換。",
    ),
    "found warning": (
        "{what} gave a floating-point warning: {warning}.",
        "{what} 產生浮點數警告：{warning}。",
    ),
    "look repeat": (
        "Calling a method again with the same arguments must give the same answer, whatever was"
        " called in between, and another N may come at any time.",
        "以相同的引數再呼叫一次，必須得到相同的結果，不論中間呼叫過什麼；而且 N 隨時可能不同。",
    ),
    # Where to look: Linear_Layer.
    "look range": (
        "Every weight lies between -1/sqrt(input_dim) and 1/sqrt(input_dim). How many inputs are"
        " there here?",
        "每個權重都介於 -1/sqrt(input_dim) 與 1/sqrt(input_dim) 之間。這裡有幾個輸入？",
    ),
    "found range": (
        "{what}: the largest absolute weight is {found:.4g}, more than {limit:.4g} allows.",
        "{what}：權重的最大絕對值是 {found:.4g}，超過上限 {limit:.4g}。",
    ),
    "look random": (
        "The weights are drawn at random: with equal ones, all neurons would learn the same.",
        "權重是隨機抽出的：如果全都一樣，所有神經元會學到相同的東西。",
    ),
    "found constant": (
        "{what}: all weights are the same number.",
        "{what}：所有權重都是同一個數。",
    ),
    "look linear forward": (
        "Each row of w belongs to one output, each row of x is one sample: an output is the product"
        " of such two rows, summed. There is no bias.",
        "w 的每一列屬於一個輸出，x 的每一列是一個樣本：一個輸出就是這樣兩列逐項相乘再加總。沒有偏差"
        "項。",
    ),
    "look linear input gradient": (
        "An input reaches the loss through every output, so its gradient is a sum over the outputs,"
        " each weighted. The shapes (N, output_dim) and (output_dim, input_dim) tell the order.",
        "一個輸入會經由每個輸出影響損失，所以它的梯度是對所有輸出的加權總和。形狀 (N, output_dim) "
        "與 (output_dim, input_dim) 決定了順序。",
    ),
    "look linear weight gradient": (
        "A weight takes part in every sample, so its gradient is a sum over the samples; and the"
        " layer applies no factor of its own. The result has the shape of w.",
        "一個權重參與每個樣本，所以它的梯度是對樣本的總和；這一層自己不乘任何係數。結果的形狀與 w "
        "相同。",
    ),
    "look linear product": (
        "In a product `a @ b` the last size of a and the first size of b meet; they are the index"
        " that is summed over, and the outer two sizes stay. dL/dw sums over the samples and has"
        " the shape of w; dL/dx sums over the outputs and has the shape of x. Which of the two is"
        " this line for?",
        "在乘積 `a @ b` 裡，a 的最後一個大小與 b 的第一個大小相接，就是被加總的下標，外側的兩個大小"
        "則留下來。dL/dw 對樣本加總，形狀與 w 相同；dL/dx 對輸出加總，形狀與 x 相同。這一行要算的是"
        "哪一個？",
    ),
    "look accumulated": (
        "`backward` was called twice with the same arguments. It must set `delta_w`, not add to"
        " what is there.",
        "`backward` 以相同引數被呼叫了兩次。它必須設定 `delta_w`，而不是加到原有的值上。",
    ),
    "look only delta": (
        "`backward` only computes gradients; `w` and `momentum_w` are changed by `update` alone.",
        "`backward` 只計算梯度；`w` 與 `momentum_w` 只能由 `update` 更動。",
    ),
    "look sgd": (
        "With 'sgd', w takes one step against `delta_w`, as long as the learning rate says.",
        "使用 'sgd' 時，w 沿著 `delta_w` 的反方向走一步，步長由學習率決定。",
    ),
    "look sgdm": (
        "With 'sgdm', the momentum first decays by beta and takes in `delta_w`; then w takes a step"
        " against the new momentum. The learning rate enters once, in that step.",
        "使用 'sgdm' 時，動量先依 beta 衰減並加入 `delta_w`；接著 w 沿著新動量的反方向走一步。學習"
        "率只出現一次，就在這一步。",
    ),
    "look norm": (
        "The L2 norm of a matrix is the root of the sum of the squares of all its entries. An"
        " all-zero w has norm 0 and stays as it is.",
        "矩陣的 L2 範數是所有元素平方和的平方根。全為零的 w 範數是 0，維持原樣。",
    ),
    # Where to look: Model.
    "look build": (
        "`Build` takes over the layers in their order and empties the history, which then has four"
        " keys with an empty list each.",
        "`Build` 依順序接收各層並清空歷史紀錄；此時 history 有四個鍵，各是一個空串列。",
    ),
    "look order": (
        "Forward goes through the layers in the order of `layers`; each gets what the one before"
        " it returned.",
        "前向傳遞依 `layers` 的順序經過各層；每一層接到的是前一層回傳的結果。",
    ),
    "look reverse": (
        "The last layer is nearest to the loss, so the gradient reaches it first; each layer hands"
        " on what its own `backward` returned.",
        "最後一層最接近損失，所以梯度最先到達那裡；每一層再把自己的 `backward` 回傳的結果傳下去。",
    ),
    "look update": (
        "Every layer's `update` is called once, with the learning rate and the optimizer given.",
        "每一層的 `update` 各呼叫一次，並傳入給定的學習率與最佳化方法。",
    ),
    "look threshold": (
        "The prediction is 1 where the output is greater than 0.5, and 0 at 0.5 itself.",
        "輸出大於 0.5 時預測為 1；剛好等於 0.5 時為 0。",
    ),
    "look accuracy": (
        "Accuracy is the share of samples whose prediction equals the label. When the shapes"
        " differ, NumPy may compare every sample with every label without complaint: so look first"
        ".",
        "準確率是預測等於標籤的樣本比例。形狀不同時，NumPy 可能不吭一聲就把每個樣本與每個標籤都比過"
        "一次，所以要先檢查形狀。",
    ),
    "look evaluate": (
        "The loss is the mean over the samples of half the squared difference. `evaluate` leaves"
        " weights and history alone.",
        "損失是「差的平方的一半」對所有樣本取平均。`evaluate` 不會更動權重與歷史紀錄。",
    ),
    "look loss gradient": (
        "This is what `fit` handed to the last layer, for N = 4 samples. Differentiate the mean"
        " over the samples: which factor stays, and is it applied exactly once?",
        "這是 `fit` 交給最後一層的梯度，共 N = 4 個樣本。把「對樣本取平均」微分：會留下哪個係數？"
        "是否剛好只乘了一次？",
    ),
    "look record first": (
        "An epoch records the loss and the accuracy of its own forward pass, before the update.",
        "每個 epoch 記錄的是它自己那次前向傳遞的損失與準確率，也就是更新之前的值。",
    ),
    "look step": (
        "One epoch is: forward, record, backward from the derivative of the loss, update. If the"
        " loss is right here and the weight is not, look at that derivative.",
        "一個 epoch 依序是：前向傳遞、記錄、由損失的導數開始反向傳遞、更新。如果損失正確而權重不"
        "對，請檢查那個導數。",
    ),
    "look goes on": (
        "`fit` goes on from where it stands, so 2 epochs and then 3 give the same as 5; only"
        " `Build` empties the history.",
        "`fit` 從目前的狀態繼續，所以先 2 個再 3 個 epoch 與一次 5 個相同；只有 `Build` 會清空歷史"
        "紀錄。",
    ),
    "look test data": (
        "Test data is evaluated with the weights of the same forward pass. That runs `forward`"
        " again: what do the layers remember when `backward` comes?",
        "測試資料要用同一次前向傳遞的權重來評估。那會再執行一次 `forward`：輪到 `backward` 時，各層"
        "記得的是什麼？",
    ),
    "look history": (
        "Each list gets one float per recorded epoch; a value that is None is left out.",
        "每個串列在每個記錄的 epoch 加入一個浮點數；值為 None 時不加入。",
    ),
    "look show": (
        "One line with the epoch (the number that was given, or one more where you count from 1)"
        " and the latest loss and accuracy, and no failure when nothing has been recorded yet."
        " `verbose=0` prints nothing.",
        "印出一行，包含 epoch（傳入的數；從 1 算起時可以多 1）與最新的損失和準確率；尚未記錄任何東"
        "西時也不能出錯。`verbose=0` 時什麼都不印。",
    ),
    # check.py
    "usage": (
        "usage: python check.py [--lang en|zh-TW] [activation] [linear_layer] [model]\n"
        "Checks your classes; without a name, all three.",
        "用法：python check.py [--lang en|zh-TW] [activation] [linear_layer] [model]\n"
        "檢查你的類別；不寫名稱就檢查全部三個。",
    ),
    "unknown argument": ("Not known: {argument}", "無法辨識：{argument}"),
    "install": (
        "The checks need {package}, which this Python does not have. Install it with:"
        " python -m pip install -r requirements.txt",
        "檢查程式需要 {package}，但這個 Python 沒有安裝。請執行：python -m pip install -r"
        " requirements.txt",
    ),
    "passed": ("passed", "通過"),
    "failed": ("FAILED", "未通過"),
    "missing": ("not written yet", "尚未完成"),
    "left out": ("not run", "未執行"),
    "ended": (
        "Your code ended the whole Python process ({how}) during this check; the checks after it"
        " could not run.",
        "這項檢查進行時，你的程式結束了整個 Python 行程（{how}），之後的檢查無法執行。",
    ),
    "exit status": ("exit status {code}", "結束狀態 {code}"),
    "could not be stopped": (
        "This check did not end and could only be stopped from outside. Look for a loop that never"
        " ends; a bare `except:` in it also hides the stop signal.",
        "這項檢查沒有結束，只能從外部強制中止。請找找看有沒有不會結束的迴圈；迴圈裡的 `except:` 也"
        "會把中止訊號吃掉。",
    ),
    "did not start": (
        "The checks of this class could not start. pytest says: {text}",
        "這個類別的檢查無法開始。pytest 的訊息：{text}",
    ),
    "printed": (
        "(Your code printed {count} lines meanwhile. They are not shown here.)",
        "（你的程式在過程中印出了 {count} 行，這裡不顯示。）",
    ),
    "what failed": ("What to look at", "需要處理的地方"),
    "and more": (
        "(for the same reason, further checks failed: {count})",
        "（另有 {count} 項檢查因相同原因未通過）",
    ),
    "summary": ("{passed} of {total} checks passed.", "{total} 項檢查中通過了 {passed} 項。"),
    "first file": (
        "First get {file} to load: nothing else in it can be checked before.",
        "請先讓 {file} 能夠載入：在那之前，裡面的東西都無法檢查。",
    ),
    "first failed": (
        "Do first: {part}, “{title}”. What comes after it may have the same cause.",
        "請先處理：{part}「{title}」。後面的項目可能是同一個原因。",
    ),
    "first missing": (
        "Do next: {part}, “{title}”. {message}",
        "接下來：{part}「{title}」。{message}",
    ),
    "all passed": (
        "All of these checks pass. Now run `python gradient_check.py`, and train your network on"
        " both datasets.",
        "這些檢查全部通過。接著請執行 `python gradient_check.py`，並用兩個資料集訓練你的網路。",
    ),
    "next part": (
        "All of these checks pass. Next comes {part}: `python check.py {name}`.",
        "這些檢查全部通過。接下來是 {part}：`python check.py {name}`。",
    ),
    "not the grade": (
        "This is not your grade: the graded checks are more than these, and use other numbers.",
        "這不是你的成績：評分用的檢查比這些更多，而且使用不同的數字。",
    ),
}

_chosen = None


def set_language(name):
    """Choose the language for this process: anything that starts with ``zh``, or else English."""
    global _chosen
    _chosen = _nearest(name)


def language():
    """Return the language that was chosen, or else the one that the environment asks for."""
    if _chosen:
        return _chosen
    for variable in ("LAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return _nearest(os.environ[variable])
    # Windows sets none of these.
    return _nearest(locale.getlocale()[0] or "en")


def say(key, **values):
    """Return the message `key` in the current language, with its values filled in."""
    return TEXT[key][LANGUAGES.index(language())].format(**values)


def title(check):
    """Return a check's title: the line of its docstring in the current language."""
    return inspect.getdoc(check).splitlines()[LANGUAGES.index(language())]


def _nearest(name):
    return "zh-TW" if name.lower().startswith(("zh", "chinese")) else "en"
